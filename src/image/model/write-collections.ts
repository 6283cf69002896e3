/** Writes collections of images into a destination. */
import { mapParallel } from '../../concurrency/index.ts';
import type { RawManifest } from '../../oci/index.ts';
import type { Collection } from './collect.ts';
import type { ImageDestination } from './transport.ts';

/** @param collections the descriptors of their roots have their names, as annotations */
export async function writeCollections(
  destination: ImageDestination,
  collections: readonly Collection[],
): Promise<void> {
  const blobs = collections.flatMap((one) => one.blobs);
  const different = new Map(blobs.map((blob) => [blob.descriptor.digest, blob]));
  await mapParallel(
    [...different.values()],
    (blob) => destination.putBlob(blob),
    destination.parallel,
  );
  const manifests = new Map<string, RawManifest>();
  for (const { manifests: some } of collections) {
    for (const one of some) manifests.set(one.descriptor.digest, one);
  }
  for (const manifest of manifests.values()) await destination.putManifest(manifest);
  await destination.commit(collections.map(({ root }) => root));
}
