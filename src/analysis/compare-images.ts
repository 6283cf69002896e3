/** Two images, layer by layer or as file systems. They may lie in different stores. */
import { decodeImageConfig, type ImageConfig } from '../oci/index.ts';
import type { ImageLayer, ImageRecord, Store } from '../store/index.ts';
import { compareFiles } from './compare-files.ts';
import { compareValues } from './compare-values.ts';
import { imageSide, layerSide, type Side } from './sides.ts';
import type {
  FilesComparison,
  ImageComparison,
  LayerComparison,
  ValueDifference,
} from './types.ts';

export interface StoredImage {
  readonly store: Store;
  readonly image: ImageRecord;
}

export interface CompareImagesOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Compares what two builds of one Dockerfile made: layers by their position, each with the instruction that made it.
 * Everything counts that the digests are made of, times included.
 */
export async function compareLayers(
  a: StoredImage,
  b: StoredImage,
  options: CompareImagesOptions = {},
): Promise<ImageComparison> {
  const [configA, configB] = await Promise.all([configOf(a), configOf(b)]);
  const instructions = [configA, configB].map(layerInstructions);
  const layers: LayerComparison[] = [];
  const count = Math.max(a.image.layers.length, b.image.layers.length);
  for (let position = 0; position < count; position++) {
    const x = a.image.layers[position];
    const y = b.image.layers[position];
    const isSame = x?.diffId === y?.diffId;
    layers.push({
      position,
      instruction: instructions[0]?.[position] ?? instructions[1]?.[position],
      a: x?.diffId,
      b: y?.diffId,
      files: isSame
        ? []
        : await compareFiles(sideOf(a.store, x), sideOf(b.store, y), { ...options, times: true }),
    });
  }
  return { ...heads(a, b), config: configDifferences(configA, configB), layers };
}

/**
 * Compares the file systems of any two images, whatever their layers. Times do not count: nobody who exchanges one
 * image for another sees them.
 */
export async function compareFileSystems(
  a: StoredImage,
  b: StoredImage,
  options: CompareImagesOptions = {},
): Promise<FilesComparison> {
  const [configA, configB] = await Promise.all([configOf(a), configOf(b)]);
  const sides = [a, b].map(({ store, image }) => imageSide(store, image.layers));
  const [left = NOTHING, right = NOTHING] = sides;
  return {
    ...heads(a, b),
    config: compareValues(withoutPast(configA), withoutPast(configB)),
    files: await compareFiles(left, right, { ...options, times: false }),
    sizeA: contentBytes(left),
    sizeB: contentBytes(right),
  };
}

const NOTHING: Side = {
  items: [],
  content: () => {
    throw new Error('nothing has no content');
  },
};

function heads({ image: a }: StoredImage, { image: b }: StoredImage) {
  return { a: a.id, b: b.id, identical: a.id === b.id };
}

function sideOf(store: Store, layer: ImageLayer | undefined): Side {
  return layer === undefined ? NOTHING : layerSide(store, layer);
}

async function configOf({ store, image }: StoredImage): Promise<ImageConfig> {
  return decodeImageConfig(await store.blobs.read(image.id));
}

/** The diffIDs are left out: the layers are compared themselves. */
function configDifferences(a: ImageConfig, b: ImageConfig): readonly ValueDifference[] {
  return compareValues({ ...a, rootfs: undefined }, { ...b, rootfs: undefined });
}

/** Nor what tells how and when the image was made. */
function withoutPast(config: ImageConfig): object {
  return { ...config, rootfs: undefined, history: undefined, created: undefined };
}

function layerInstructions({ history = [] }: ImageConfig): readonly (string | undefined)[] {
  return history.filter((entry) => entry.empty_layer !== true).map((entry) => entry.created_by);
}

function contentBytes({ items }: Side): number {
  const groups = new Set<number>();
  let bytes = 0;
  for (const item of items) {
    if (item.kind !== 'entry' || item.type !== 'file') continue;
    if (item.linkGroup !== undefined && groups.has(item.linkGroup)) continue;
    if (item.linkGroup !== undefined) groups.add(item.linkGroup);
    bytes += item.size;
  }
  return bytes;
}
