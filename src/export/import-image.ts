/** From the parts of an archived image to an image of the store. Layers the store already has are not read. */
import { decompress } from '../archive/index.ts';
import { AppError } from '../errors.ts';
import { importTar, MergedTree } from '../layers/index.ts';
import {
  type ChainId,
  chainIds,
  type Descriptor,
  type DiffId,
  decodeImageConfig,
  digestOf,
} from '../oci/index.ts';
import type { ImageLayer, ImageRecord, LayerId, Store } from '../store/index.ts';
import { measureLayer } from './assemble.ts';
import { checkHistory } from './documents.ts';
import { type MeasuredLayer, recordImage } from './image-record.ts';
import { rememberOrigin, storedBlob } from './layer-blobs.ts';
import { countLayers, type Progress } from './progress.ts';

export interface LayerSource {
  /** The bytes as they are in the archive, compressed or not. */
  readonly read: () => AsyncIterable<Uint8Array>;
  /** Given for compressed blobs that are worth keeping: they are exported again as they came. */
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
 * Imports an image; every layer is verified against the config.
 *
 * @throws AppError IMAGE_LAYER_COUNT, IMAGE_HISTORY_MISMATCH, OCI_DOCUMENT_INVALID, and those of reading layers
 */
export async function importImage(
  store: Store,
  parts: ImageParts,
  options: ImportOptions = {},
): Promise<ImageRecord> {
  const config = decodeImageConfig(parts.configBytes);
  const diffIds = config.rootfs.diff_ids;
  if (diffIds.length !== parts.layers.length) {
    throw new AppError(
      'IMAGE_LAYER_COUNT',
      `the archive gives the image ${parts.layers.length} layers, its config names ${diffIds.length}`,
      { hint: 'the archive was damaged or made by a faulty tool; make it again' },
    );
  }
  checkHistory(config);
  const known = store.images.get(digestOf(parts.configBytes));
  if (known?.layers.every(({ id }) => store.layers.get(id) !== undefined)) return known;
  const layers = await importLayers(store, diffIds, parts.layers, options);
  return recordImage(store, { config, ...parts, layers });
}

/** One after the other, since a layer may leave out directories that the layers below have. */
async function importLayers(
  store: Store,
  diffIds: readonly DiffId[],
  sources: readonly LayerSource[],
  options: ImportOptions,
): Promise<MeasuredLayer[]> {
  const known = knownLayers(store);
  const finished = countLayers(options.progress, 'loading layers', diffIds.length);
  const layers: MeasuredLayer[] = [];
  for (const [position, chainId] of chainIds(diffIds).entries()) {
    options.signal?.throwIfAborted();
    const diffId = diffIds[position];
    const source = sources[position];
    if (diffId === undefined || source === undefined) throw new Error('layers and sources differ');
    const layer = known.get(chainId) ?? independentLayer(store, diffId);
    const below = layers.map(({ id }) => id);
    layers.push(
      layer === undefined
        ? await importLayer(store, { diffId, source, below }, options)
        : await measureLayer(store, layer),
    );
    finished();
  }
  return layers;
}

/** The layers of the images in the store by what they are together with all layers below. */
function knownLayers(store: Store): Map<ChainId, ImageLayer> {
  const known = new Map<ChainId, ImageLayer>();
  for (const { layers } of store.images.list()) {
    const chain = chainIds(layers.map((layer) => layer.diffId));
    for (const [position, layer] of layers.entries()) {
      const chainId = chain[position];
      if (chainId !== undefined && store.layers.get(layer.id) !== undefined)
        known.set(chainId, layer);
    }
  }
  return known;
}

/** Facts kind: diff id → layer that is right on any layers below it. */
const INDEPENDENT_FACT = 'importedLayer';

function independentLayer(store: Store, diffId: DiffId): ImageLayer | undefined {
  const id = store.facts.get<LayerId>(INDEPENDENT_FACT, diffId);
  const meta = id && store.layers.get(id);
  return meta && { id: meta.id, diffId, epoch: undefined, size: meta.size };
}

interface LayerToImport {
  readonly diffId: DiffId;
  readonly source: LayerSource;
  /** Bottom first. */
  readonly below: readonly LayerId[];
}

async function importLayer(
  store: Store,
  { diffId, source, below }: LayerToImport,
  { signal }: ImportOptions,
): Promise<MeasuredLayer> {
  const bytes =
    source.keep === undefined
      ? source.read()
      : await keepBlob(store, source.read(), { descriptor: source.keep, signal });
  const base = MergedTree.of(store, below);
  const imported = await importTar(store, decompress(bytes), { verify: diffId, base, signal });
  if (source.keep !== undefined) rememberOrigin(store, diffId, source.keep);
  if (!imported.usesBase) store.facts.put(INDEPENDENT_FACT, diffId, imported.id);
  const { id, size, tarSize } = imported;
  return { id, diffId, epoch: undefined, size, tarSize };
}

async function keepBlob(
  store: Store,
  bytes: AsyncIterable<Uint8Array>,
  { descriptor, signal }: { descriptor: Descriptor; signal: AbortSignal | undefined },
): Promise<AsyncIterable<Uint8Array>> {
  if (!store.blobs.has(descriptor.digest)) {
    await store.blobs.write(bytes, undefined, { signal });
  }
  return storedBlob(store, descriptor).read();
}
