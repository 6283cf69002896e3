/** From the parts of an image to an image of the store. Layers the store already has are not read. */
import { AppError } from '../../errors.ts';
import { diffIdOf, type FetchProgress, present } from '../../layers/index.ts';
import {
  type Descriptor,
  type DiffId,
  decodeImageConfig,
  digestOf,
  type ImageConfig,
  MEDIA_TYPES,
} from '../../oci/index.ts';
import type {
  ImageLayer,
  ImageRecord,
  LayerPromise,
  LayerProvider,
  Store,
} from '../../store/index.ts';
import { mapParallel } from '../concurrency.ts';
import { countLayers, type Progress } from '../progress.ts';
import { draftImage, type NamedLayer, uncompressed } from './image-record.ts';
import { promiseLayers } from './promise-layers.ts';

export interface LayerSource {
  /** The bytes as they are in the archive, compressed or not. The chunks are the reader's own. */
  readonly read: () => AsyncIterable<Uint8Array>;
  /** Given for blobs that something names by their digest: they are exported again as they came. */
  readonly keep?: Descriptor | undefined;
}

export interface ImageParts {
  readonly configBytes: Uint8Array;
  readonly manifestBytes?: Uint8Array | undefined;
  /** Bottom first. */
  readonly layers: readonly LayerSource[];
}

export interface ImportOptions {
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Imports an image; every layer is verified against the config. What the store has been promised is taken from here.
 *
 * @throws AppError IMAGE_LAYER_COUNT, OCI_DOCUMENT_INVALID, and those of reading layers
 */
export async function importImage(
  store: Store,
  parts: ImageParts,
  options: ImportOptions = {},
): Promise<ImageRecord> {
  const config = decodeImageConfig(parts.configBytes);
  const diffIds = config.rootfs.diff_ids;
  checkConfig(config, parts.layers.length);
  const known = knownImage(store, parts.configBytes);
  const { layers, added } =
    known === undefined
      ? promiseLayers(
          store,
          diffIds.map((diffId, position) => promiseOf(diffId, parts.layers[position])),
        )
      : { layers: known.layers, added: [] };
  try {
    await readLayers(store, layers, { sources: parts.layers, ...options });
  } catch (error) {
    for (const id of added)
      if (store.layers.get(id)?.promise !== undefined) store.layers.remove(id);
    throw error;
  }
  if (known !== undefined) return known;
  const { configBytes, manifestBytes } = parts;
  if (manifestBytes !== undefined) {
    return draftImage(store, { config, configBytes, manifestBytes, layers: sized(store, layers) });
  }
  const named = await mapParallel(sized(store, layers), (layer) => measured(store, layer));
  return draftImage(store, { config, configBytes, layers: named });
}

/**
 * Checks that an image comes with as many layers as its config names. Its history may name more or fewer: see
 * `historyOfLayers`.
 *
 * @throws AppError IMAGE_LAYER_COUNT
 */
export function checkConfig(config: ImageConfig, layers: number): void {
  const named = config.rootfs.diff_ids.length;
  if (named !== layers) {
    throw new AppError(
      'IMAGE_LAYER_COUNT',
      `the image comes with ${layers} layers, its config names ${named}`,
      { hint: 'it was damaged or made by a faulty tool; make it again' },
    );
  }
}

/** The image with this config, if the store has it whole, or knows where to get what it lacks. */
export function knownImage(store: Store, configBytes: Uint8Array): ImageRecord | undefined {
  const known = store.images.get(digestOf(configBytes));
  const isKnown = known?.layers.every(({ id }) => store.layers.get(id) !== undefined);
  return isKnown === true ? known : undefined;
}

/** A layer without a descriptor is the tar of its diff id, or a compressed form of it that nobody wants to keep. */
function promiseOf(diffId: DiffId, source: LayerSource | undefined): LayerPromise {
  const descriptor = source?.keep ?? { mediaType: MEDIA_TYPES.ociLayer, digest: diffId, size: 0 };
  return { diffId, descriptor, sources: [] };
}

interface ReadOptions extends ImportOptions {
  readonly sources: readonly LayerSource[];
}

async function readLayers(
  store: Store,
  layers: readonly ImageLayer[],
  { sources, progress, signal }: ReadOptions,
): Promise<void> {
  const finished = countLayers(progress, 'loading layers', layers.length);
  for (const { id } of layers) if (store.layers.get(id)?.promise === undefined) finished();
  const counting: FetchProgress = {
    began: () => undefined,
    advanced: () => undefined,
    ended: (_promise, error) => {
      if (error === undefined) finished();
    },
  };
  const ids = layers.map(({ id }) => id);
  const provider = providerOf(layers, sources);
  await present(store, ids, { provider, signal, progress: counting });
}

function providerOf(layers: readonly ImageLayer[], sources: readonly LayerSource[]): LayerProvider {
  const byDiffId = new Map(layers.map(({ diffId }, position) => [diffId, sources[position]]));
  return {
    fetch: ({ diffId }) => {
      const source = byDiffId.get(diffId);
      if (source === undefined) throw new Error(`the image has no layer ${diffId}`);
      return source.read();
    },
  };
}

/** Their sizes are known now. */
function sized(store: Store, layers: readonly ImageLayer[]): readonly ImageLayer[] {
  return layers.map((layer) => ({
    ...layer,
    size: store.layers.get(layer.id)?.size ?? layer.size,
  }));
}

async function measured(store: Store, layer: ImageLayer): Promise<NamedLayer> {
  const { size } = await diffIdOf(store, layer.id, layer.epoch);
  return { ...layer, blob: uncompressed(layer.diffId, size) };
}
