/** Compares two images, layer by layer or as file systems. They can be in different stores. */
import { decodeImageConfig, type ImageConfig } from '../oci/index.ts';
import type { ImageLayer, ImageRecord, Store } from '../store/index.ts';
import { compareFiles } from './compare-files.ts';
import { compareValues } from './compare-values.ts';
import { type ComparedFiles, filesOfImage, filesOfLayer } from './compared-files.ts';
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
 * Compares two builds of one Dockerfile: layers by position, each with its instruction. Everything that is part of the
 * digests counts, including times.
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
        : await compareFiles(comparedFiles(a.store, x), comparedFiles(b.store, y), {
            ...options,
            times: true,
          }),
    });
  }
  return { ...heads(a, b), config: configDifferences(configA, configB), layers };
}

/**
 * Compares the file systems of any two images, whatever their layers. Times are ignored: they make no
 * difference to users of the image.
 */
export async function compareFileSystems(
  a: StoredImage,
  b: StoredImage,
  options: CompareImagesOptions = {},
): Promise<FilesComparison> {
  const [configA, configB] = await Promise.all([configOf(a), configOf(b)]);
  const left = filesOfImage(a.store, a.image.layers);
  const right = filesOfImage(b.store, b.image.layers);
  return {
    ...heads(a, b),
    config: compareValues(withoutPast(configA), withoutPast(configB)),
    files: await compareFiles(left, right, { ...options, times: false }),
    sizeA: contentBytes(left),
    sizeB: contentBytes(right),
  };
}

const NOTHING: ComparedFiles = {
  items: [],
  content: () => {
    throw new Error('nothing has no content');
  },
};

function heads({ image: a }: StoredImage, { image: b }: StoredImage) {
  return { a: a.id, b: b.id, identical: a.id === b.id };
}

function comparedFiles(store: Store, layer: ImageLayer | undefined): ComparedFiles {
  return layer === undefined ? NOTHING : filesOfLayer(store, layer);
}

async function configOf({ store, image }: StoredImage): Promise<ImageConfig> {
  return decodeImageConfig(await store.blobs.read(image.id));
}

/** Without the diffIDs, since the layers themselves are compared. */
function configDifferences(a: ImageConfig, b: ImageConfig): readonly ValueDifference[] {
  return compareValues({ ...a, rootfs: undefined }, { ...b, rootfs: undefined });
}

/** Without diffIDs, and without the history and time of the build. */
function withoutPast(config: ImageConfig): object {
  return { ...config, rootfs: undefined, history: undefined, created: undefined };
}

function layerInstructions({ history = [] }: ImageConfig): readonly (string | undefined)[] {
  return history.filter((entry) => entry.empty_layer !== true).map((entry) => entry.created_by);
}

function contentBytes({ items }: ComparedFiles): number {
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
