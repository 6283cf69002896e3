/** An image of the store with its documents read, for those who show it. */
import { type Descriptor, decodeImageConfig, type ImageConfig, MEDIA_TYPES } from '../oci/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';

/** The config of an image in the store. */
export async function readConfig(store: Store, record: ImageRecord): Promise<ImageConfig> {
  return decodeImageConfig(await store.blobs.read(record.id));
}

/** What names the image's manifest. */
export async function manifestDescriptor(store: Store, record: ImageRecord): Promise<Descriptor> {
  const size = await store.blobs.size(record.manifestDigest);
  return { mediaType: MEDIA_TYPES.ociManifest, digest: record.manifestDigest, size };
}
