/** An image of the store with its documents read, for those who show it. */
import { type Descriptor, decodeImageConfig, type ImageConfig, MEDIA_TYPES } from '../oci/index.ts';
import type { ImageLayer, ImageRecord, Store } from '../store/index.ts';

/** The config of an image in the store. */
export async function readConfig(store: Store, record: ImageRecord): Promise<ImageConfig> {
  return decodeImageConfig(await store.blobs.read(record.id));
}

/** Bytes of file content of all layers; of those that are only promised, bytes of their blobs. */
export function sizeOfImage(store: Store, { layers }: Pick<ImageRecord, 'layers'>): number {
  return layers.reduce((sum, layer) => sum + sizeOfLayer(store, layer), 0);
}

/** What is known of a layer's size: it was perhaps only promised when its image was recorded. */
export function sizeOfLayer(store: Store, { id, size }: ImageLayer): number {
  const meta = store.layers.get(id);
  return meta === undefined || meta.promise !== undefined ? size : meta.size;
}

/** What names the image's manifest. */
export async function manifestDescriptor(store: Store, record: ImageRecord): Promise<Descriptor> {
  const size = await store.blobs.size(record.manifestDigest);
  return { mediaType: MEDIA_TYPES.ociManifest, digest: record.manifestDigest, size };
}
