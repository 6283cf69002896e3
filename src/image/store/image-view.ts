/** An image of the store with its documents read, for those who show it. */
import { blobSize, sumOfSizes, unpackedSize } from '../../layers/index.ts';
import {
  type Descriptor,
  decodeImageConfig,
  type ImageConfig,
  MEDIA_TYPES,
} from '../../oci/index.ts';
import type { ImageRecord, Store } from '../../store/index.ts';

/** The config of an image in the store. */
export async function readConfig(store: Store, record: ImageRecord): Promise<ImageConfig> {
  return decodeImageConfig(await store.blobs.read(record.id));
}

/** Bytes of file content of all layers; undefined as long as that of one of them is not known. */
export function sizeOfImage(
  store: Store,
  { layers }: Pick<ImageRecord, 'layers'>,
): number | undefined {
  return sumOfSizes(layers.map((layer) => unpackedSize(store, layer)));
}

/** Bytes of the blobs that the layers come as; undefined if one of them was made here. */
export function compressedSizeOfImage(
  store: Store,
  { layers }: Pick<ImageRecord, 'layers'>,
): number | undefined {
  return sumOfSizes(layers.map((layer) => blobSize(store, layer)));
}

/** What names the image's manifest. */
export async function manifestDescriptor(store: Store, record: ImageRecord): Promise<Descriptor> {
  const size = await store.blobs.size(record.manifestDigest);
  return { mediaType: MEDIA_TYPES.ociManifest, digest: record.manifestDigest, size };
}
