/** An image as comparisons see it, wherever it is. */
import type { Image } from '../image/index.ts';
import { type DiffId, type Digest, decodeImageConfig, type ImageConfig } from '../oci/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import { type ComparedFiles, filesOfImage, filesOfLayer } from './compared-files.ts';
import type { ImageModel } from './model/index.ts';
import { scannedImageFiles, scannedLayerFiles } from './scanned-files.ts';

export interface ComparedImage {
  readonly id: Digest;
  readonly config: ImageConfig;
  /** Bottom first. */
  readonly diffIds: readonly DiffId[];
  /** @param position of a layer, from the bottom; one that does not exist has no files */
  layerFiles(position: number): ComparedFiles;
  /** What a container sees. */
  files(): ComparedFiles;
}

export interface StoredImage {
  readonly store: Store;
  readonly image: ImageRecord;
}

/** An image of a store, whose layers are all there: files differ by their bytes. */
export async function storedImage({ store, image }: StoredImage): Promise<ComparedImage> {
  const { id, layers } = image;
  return {
    id,
    config: decodeImageConfig(await store.blobs.read(id)),
    diffIds: layers.map(({ diffId }) => diffId),
    layerFiles: (position) => {
      const layer = layers[position];
      return layer === undefined ? NOTHING : filesOfLayer(store, layer);
    },
    files: () => filesOfImage(store, layers),
  };
}

/**
 * An image whose layers were read once: files differ by their digests.
 *
 * @param model with the digests of all files that are compared
 */
export function scannedImage(image: Image, model: ImageModel): ComparedImage {
  return {
    id: image.manifest.config.digest,
    config: image.config,
    diffIds: image.layers.map(({ diffId }) => diffId),
    layerFiles: (position) => scannedLayerFiles(model, position),
    files: () => scannedImageFiles(model),
  };
}

const NOTHING: ComparedFiles = { items: [], content: undefined };
