/** A name in a registry as a destination of images. */
import type { Digest, Reference } from '../../oci/index.ts';
import type { Registries, Repository } from '../../registry/index.ts';
import { type OnTransfer, reporter } from '../model/events.ts';
import type { Blob } from '../model/image.ts';
import type { ImageDestination } from '../model/transport.ts';

/** Repositories that have a blob: one of the same registry provides it without an upload. */
export interface BlobRepositories {
  of(digest: Digest): readonly Repository[];
  add(digest: Digest, repository: Repository): void;
}

export interface RegistryTarget {
  /** Without a tag the root can be reached by its digest only. */
  readonly reference: Reference;
  readonly repositories?: BlobRepositories | undefined;
  readonly onTransfer?: OnTransfer | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** As many as Docker. */
const PARALLEL = 5;

/** Operations fail with AppError REGISTRY_…, or with what reading a blob throws. */
export function registryDestination(
  registries: Registries,
  { reference, repositories, onTransfer, signal }: RegistryTarget,
): ImageDestination {
  const { registry, repository, tag } = reference;
  return {
    parallel: PARALLEL,
    async putBlob({ descriptor, read }: Blob) {
      const tell = reporter(onTransfer, 'out', descriptor);
      const known = repositories?.of(descriptor.digest) ?? [];
      const near = known.filter(
        (one) => one.registry === registry && one.repository !== repository,
      );
      const how = await registries.pushBlob(reference, descriptor, {
        read: (offset) => skipping(read({ lend: true }), offset),
        mountFrom: near,
        onProgress: (bytes) => tell('moving', bytes),
        signal,
      });
      repositories?.add(descriptor.digest, { registry, repository });
      if (how === 'mounted') tell('mounted', descriptor.size, near[0]?.repository);
      else tell(how === 'exists' ? 'known' : 'done');
    },
    async putManifest(manifest) {
      const { digest } = manifest.descriptor;
      await registries.pushManifest({ registry, repository, digest }, manifest, { signal });
    },
    async commit(roots) {
      const [root, ...others] = roots;
      if (root === undefined || others.length > 0) throw new Error('a tag names one image');
      const name = tag === undefined ? { digest: root.descriptor.digest } : { tag };
      await registries.pushManifest({ registry, repository, ...name }, root, { signal });
    },
  };
}

/** The bytes after the first `offset`, for uploads that resume. */
async function* skipping(
  bytes: AsyncIterable<Uint8Array>,
  offset: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = offset;
  for await (const chunk of bytes) {
    if (left < chunk.length) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}
