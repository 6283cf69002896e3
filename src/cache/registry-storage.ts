/** A build cache as a tag of a repository. */
import { AppError } from '../errors.ts';
import { type Blob, placesOf, rememberPlace, skipping } from '../image/index.ts';
import { type Descriptor, digestOf, formatReference, type Reference } from '../oci/index.ts';
import type { Registries } from '../registry/index.ts';
import type { Store } from '../store/index.ts';
import type { CacheStorage, ManifestBytes } from './storage.ts';

export interface RegistryCache {
  readonly store: Store;
  readonly registries: () => Promise<Registries>;
  /** With a tag. */
  readonly reference: Reference;
}

export function registryStorage({ store, registries, reference }: RegistryCache): CacheStorage {
  const { registry, repository } = reference;
  return {
    name: `registry ${formatReference(reference)}`,
    source: { kind: 'registry', registry, repository },
    async readManifest(signal) {
      try {
        const { bytes, descriptor } = await (await registries()).manifest(reference, { signal });
        return { bytes, mediaType: descriptor.mediaType };
      } catch (error) {
        if (error instanceof AppError && error.code === 'REGISTRY_NOT_FOUND') return undefined;
        throw error;
      }
    },
    async readBlob(descriptor, signal) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of (await registries()).blob(reference, descriptor, { signal })) {
        chunks.push(Uint8Array.from(chunk));
      }
      return Buffer.concat(chunks);
    },
    async writeBlob({ descriptor, read }: Blob, signal) {
      const others = placesOf(store, descriptor.digest);
      await (await registries()).pushBlob(reference, descriptor, {
        read: (offset) => skipping(read(), offset),
        mountFrom: others.filter((place) => place.registry === registry),
        signal,
      });
      rememberPlace(store, descriptor.digest, reference);
    },
    async writeManifest({ bytes, mediaType }: ManifestBytes, signal): Promise<Descriptor> {
      const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
      await (await registries()).pushManifest(reference, { descriptor, bytes }, { signal });
      return descriptor;
    },
  };
}
