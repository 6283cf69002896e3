/** An image of the store with its documents parsed, for display. */
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

/** Bytes of file content of all layers; undefined while one of them is unknown. */
export function sizeOfImage(
  store: Store,
  { layers }: Pick<ImageRecord, 'layers'>,
): number | undefined {
  return sumOfSizes(layers.map((layer) => unpackedSize(store, layer)));
}

/** Bytes of the blobs of the layers; undefined if one of them was made here. */
export function compressedSizeOfImage(
  store: Store,
  { layers }: Pick<ImageRecord, 'layers'>,
): number | undefined {
  return sumOfSizes(layers.map((layer) => blobSize(store, layer)));
}

/** The descriptor of the image's manifest. */
export async function manifestDescriptor(store: Store, record: ImageRecord): Promise<Descriptor> {
  const size = await store.blobs.size(record.manifestDigest);
  return { mediaType: MEDIA_TYPES.ociManifest, digest: record.manifestDigest, size };
}
