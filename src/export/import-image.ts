/** From the parts of an image to an image of the store. Layers the store already has are not read. */
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
import { AWAITED_BASE, BaseNeeded } from './awaiting-base.ts';
import { mapParallel } from './concurrency.ts';
import { checkHistory } from './documents.ts';
import { readTwice } from './handover.ts';
import { type MeasuredLayer, recordImage } from './image-record.ts';
import { rememberOrigin, storedBlob } from './layer-blobs.ts';
import { countLayers, type Progress } from './progress.ts';

export interface LayerSource {
  /** The bytes as they are in the archive or registry, compressed or not. */
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
  /** Layers that are read at the same time. Default 1. */
  readonly parallel?: number | undefined;
  /** Told of each layer, by its position from the bottom, when it is there: as it was before, or read now. */
  readonly onLayer?: ((position: number, how: 'known' | 'read') => void) | undefined;
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
      `the image comes with ${parts.layers.length} layers, its config names ${diffIds.length}`,
      { hint: 'it was damaged or made by a faulty tool; make it again' },
    );
  }
  checkHistory(config);
  const known = store.images.get(digestOf(parts.configBytes));
  if (known?.layers.every(({ id }) => store.layers.get(id) !== undefined)) return known;
  const layers = await importLayers(store, diffIds, parts.layers, options);
  return recordImage(store, { config, ...parts, layers });
}

async function importLayers(
  store: Store,
  diffIds: readonly DiffId[],
  sources: readonly LayerSource[],
  options: ImportOptions,
): Promise<MeasuredLayer[]> {
  const known = knownLayers(store);
  const chain = chainIds(diffIds);
  const finished = countLayers(options.progress, 'loading layers', diffIds.length);
  const below = new LayersBelow();
  const importOne = async (source: LayerSource, position: number): Promise<MeasuredLayer> => {
    options.signal?.throwIfAborted();
    const diffId = diffIds[position];
    const chainId = chain[position];
    if (diffId === undefined || chainId === undefined) throw new Error('layers and sources differ');
    const layer = known.get(chainId) ?? independentLayer(store, diffId);
    const imported =
      layer === undefined
        ? await importLayer(store, { diffId, source, position, below }, options)
        : await measureLayer(store, layer);
    below.add(position, imported.id);
    options.onLayer?.(position, layer === undefined ? 'read' : 'known');
    finished();
    return imported;
  };
  return mapParallel(
    sources,
    async (source, position) => {
      try {
        return await importOne(source, position);
      } catch (error) {
        below.fail(error);
        throw error;
      }
    },
    options.parallel ?? 1,
  );
}

/** The layers that are there, of all that a layer may depend on. */
class LayersBelow {
  readonly #ids: (LayerId | undefined)[] = [];
  #waiting: (() => void)[] = [];
  #failure: { readonly error: unknown } | undefined;

  /** The layers below a position, if all are there. */
  ready(position: number): LayerId[] | undefined {
    const ids = this.#ids.slice(0, position).flatMap((id) => id ?? []);
    return ids.length === position ? ids : undefined;
  }

  /** Waits for the layers below a position. @throws what one of them failed with */
  async wait(position: number): Promise<LayerId[]> {
    while (this.ready(position) === undefined) {
      if (this.#failure !== undefined) throw this.#failure.error;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    return this.ready(position) ?? [];
  }

  add(position: number, id: LayerId): void {
    this.#ids[position] = id;
    this.#settle();
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#settle();
  }

  #settle(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const settle of waiting) settle();
  }
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
  /** From the bottom. */
  readonly position: number;
  readonly below: LayersBelow;
}

async function importLayer(
  store: Store,
  layer: LayerToImport,
  { signal }: ImportOptions,
): Promise<MeasuredLayer> {
  const { diffId, source } = layer;
  const { keep } = source;
  const imported =
    keep === undefined || store.blobs.has(keep.digest)
      ? await importFrom(store, layer, { read: readOf(store, source), signal })
      : await importKept(store, { ...layer, keep }, signal);
  if (keep !== undefined) rememberOrigin(store, diffId, keep);
  if (!imported.usesBase) store.facts.put(INDEPENDENT_FACT, diffId, imported.id);
  const { id, size, tarSize } = imported;
  return { id, diffId, epoch: undefined, size, tarSize };
}

function readOf(store: Store, { keep, read }: LayerSource): () => AsyncIterable<Uint8Array> {
  return keep === undefined ? read : () => storedBlob(store, keep).read();
}

interface ImportFrom {
  readonly read: () => AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal | undefined;
}

/** Reads once more when it turns out that the layers below were needed. */
async function importFrom(
  store: Store,
  { diffId, position, below }: LayerToImport,
  { read, signal }: ImportFrom,
) {
  const verify = diffId;
  const ready = below.ready(position);
  try {
    const base = ready === undefined ? AWAITED_BASE : MergedTree.of(store, ready);
    return await importTar(store, decompress(read()), { verify, base, signal });
  } catch (error) {
    if (!(error instanceof BaseNeeded)) throw error;
    const base = MergedTree.of(store, await below.wait(position));
    return importTar(store, decompress(read()), { verify, base, signal });
  }
}

/** The blob is kept, verified and indexed while it arrives. */
async function importKept(
  store: Store,
  layer: LayerToImport & { readonly keep: Descriptor },
  signal: AbortSignal | undefined,
) {
  const { diffId, source, position, below, keep } = layer;
  const { digest, size } = keep;
  const ready = below.ready(position);
  const base = ready === undefined ? AWAITED_BASE : MergedTree.of(store, ready);
  const indexed = await readTwice(
    source.read(),
    (bytes) => store.blobs.write(bytes, { digest, size }, { signal }),
    (bytes) => importTar(store, decompress(bytes), { verify: diffId, base, signal }),
  );
  if (indexed.status === 'fulfilled') return indexed.value;
  if (!(indexed.reason instanceof BaseNeeded)) throw indexed.reason;
  return importFrom(store, layer, { read: readOf(store, source), signal });
}
