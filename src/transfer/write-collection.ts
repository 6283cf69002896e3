/** A collection into a registry, or into an OCI layout. */

import { writeTo } from '../destination/index.ts';
import {
  type ArchiveFile,
  blobName,
  indexOf,
  mapParallel,
  type OnTransfer,
  reporter,
  skipping,
  smallFile,
  tarOf,
  writeLayout,
} from '../image/index.ts';
import { canonicalJson, type Descriptor, type Reference } from '../oci/index.ts';
import type { Registries, Repository } from '../registry/index.ts';
import type { Collection } from './collect.ts';

/** As many as Docker. */
const PARALLEL = 5;
const REF_NAME = 'org.opencontainers.image.ref.name';

export interface WriteOptions {
  readonly onTransfer?: OnTransfer | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @param mountFrom the repository it comes from: blobs are mounted from there if it is in the same registry */
export async function writeToRegistry(
  registries: Registries,
  collection: Collection,
  {
    reference,
    mountFrom,
    onTransfer,
    signal,
  }: WriteOptions & { readonly reference: Reference; readonly mountFrom: Repository | undefined },
): Promise<void> {
  const { registry, repository } = reference;
  const isNear = mountFrom?.registry === registry && mountFrom.repository !== repository;
  await mapParallel(
    collection.blobs,
    async ({ descriptor, read }) => {
      const tell = reporter(onTransfer, 'out', descriptor);
      const how = await registries.pushBlob(reference, descriptor, {
        read: (offset) => skipping(read(), offset),
        mountFrom: isNear && mountFrom !== undefined ? [mountFrom] : [],
        onProgress: (bytes) => tell('moving', bytes),
        signal,
      });
      if (how === 'mounted') tell('mounted', descriptor.size, mountFrom?.repository);
      else tell(how === 'present' ? 'known' : 'done');
    },
    PARALLEL,
  );
  for (const manifest of collection.manifests) {
    const { digest } = manifest.descriptor;
    if (digest === collection.root.descriptor.digest) continue;
    await registries.pushManifest({ registry, repository, digest }, manifest, { signal });
  }
  const { digest } = collection.root.descriptor;
  const { tag } = reference;
  const name = tag === undefined ? { registry, repository, digest } : { registry, repository, tag };
  await registries.pushManifest(name, collection.root, { signal });
}

export interface LayoutTarget extends WriteOptions {
  readonly kind: 'directory' | 'archive';
  readonly path: string;
  readonly tag: string | undefined;
}

/** The bytes stay as they are. A directory may hold other images, which stay. */
export async function writeToLayout(collection: Collection, target: LayoutTarget): Promise<void> {
  const { path, tag, signal } = target;
  const files = layoutFiles(collection, target.onTransfer);
  const entries = entriesOf(collection, tag);
  if (target.kind === 'directory') {
    await writeLayout(path, { files, entries, signal });
  } else {
    const index = smallFile('index.json', canonicalJson(indexOf(entries)));
    await writeTo(path, tarOf([...files, index], 0), signal);
  }
}

function layoutFiles(
  { blobs, manifests }: Collection,
  onTransfer: OnTransfer | undefined,
): ArchiveFile[] {
  const files = blobs.map(({ descriptor, read }): ArchiveFile => {
    const { size } = descriptor;
    const tell = reporter(onTransfer, 'out', descriptor);
    return {
      name: blobName(descriptor),
      size,
      async *read() {
        let bytes = 0;
        for await (const chunk of read()) {
          bytes += chunk.length;
          tell('moving', bytes);
          yield chunk;
        }
        tell('done');
      },
    };
  });
  const documents = manifests.map(({ descriptor, bytes }) =>
    smallFile(blobName(descriptor), bytes),
  );
  const layout = smallFile('oci-layout', canonicalJson({ imageLayoutVersion: '1.0.0' }));
  return [...files, ...documents, layout];
}

/** What refers to a manifest is named in the index as well: a layout has no other place for it. */
function entriesOf({ root, manifests }: Collection, tag: string | undefined): Descriptor[] {
  const named = tag === undefined ? {} : { annotations: { [REF_NAME]: tag } };
  const referring = manifests.filter(({ descriptor, bytes }) => {
    if (descriptor.digest === root.descriptor.digest) return false;
    const document: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof document === 'object' && document !== null && 'subject' in document;
  });
  return [{ ...root.descriptor, ...named }, ...referring.map(({ descriptor }) => descriptor)];
}
