/** Exports the steps of a build for other machines: their layers, and the keys under which they are found. */

import { mapParallel } from '../concurrency/index.ts';
import {
  blobOf,
  identifyLayer,
  type Layer,
  type LayerEncoding,
  layerBlob,
  manifestOf,
} from '../image/index.ts';
import { unpackedSize } from '../layers/index.ts';
import { digestOf } from '../oci/index.ts';
import type { PortableResults } from '../solver/index.ts';
import {
  type CacheRecord,
  type ImageLayer,
  type LayerId,
  layerGone,
  type Store,
} from '../store/index.ts';
import { type BuildkitDocument, buildkitDocument } from './buildkit/encode.ts';
import { BUILDKIT_CACHE_TYPE, UNCOMPRESSED } from './buildkit/format.ts';
import type { SharedKeys } from './buildkit/shared-keys.ts';
import {
  type CacheConfig,
  type CachedLayer,
  type CachedRecord,
  encodeCacheConfig,
  encodeSharedConfig,
} from './format.ts';
import type { ImportedMount } from './imported-caches.ts';
import type { CacheStorage } from './storage.ts';

export interface ExportCacheOptions {
  readonly storage: CacheStorage;
  /** `min`: only steps whose layers are the image's; `max`: all. */
  readonly mode: 'min' | 'max';
  readonly encoding: LayerEncoding;
  readonly found: PortableResults;
  /** Layers of the images that were built. */
  readonly finalLayers: ReadonlySet<LayerId>;
  readonly mounts: readonly ImportedMount[];
  /** BuildKit's keys of the steps; undefined: BuildKit shall not find them. */
  readonly shared: SharedKeys | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each layer. */
  readonly finished: (done: number, total: number) => void;
}

/**
 * Writes a cache; layers that the storage has already are not read.
 *
 * @throws AppError of the storage, and of reading layers
 */
export async function exportCache(store: Store, options: ExportCacheOptions): Promise<void> {
  const { storage, signal, mounts } = options;
  const destination = await storage.destination(signal);
  const records = chosenRecords(options);
  const ids = [
    ...new Set([
      ...records.flatMap(([, { layers }]) => layers),
      ...mounts.map(({ layer }) => layer),
    ]),
  ];
  let done = 0;
  const blobs = await mapParallel(ids, async (id) => {
    const layer = await rawLayer(store, id, options);
    const blob = await layerBlob(store, layer, { ...options.encoding, signal });
    await destination.putBlob(blob);
    options.finished(++done, ids.length);
    return blob;
  });
  const written = { ids, blobs, records, options };
  const bytes = encodeSharedConfig(configOf(store, written), buildkitOf(store, written));
  const descriptor = {
    mediaType: BUILDKIT_CACHE_TYPE,
    digest: digestOf(bytes),
    size: bytes.length,
  };
  await destination.putBlob(blobOf(descriptor, bytes));
  const layers = blobs.map(({ descriptor: blob, diffId }) => ({
    ...blob,
    annotations: { ...blob.annotations, [UNCOMPRESSED]: diffId },
  }));
  await destination.commit([manifestOf(descriptor, layers)]);
}

/** For an image that carries the cache of its own steps: layers are given by their positions in the image. */
export function inlineCache(
  store: Store,
  layers: readonly ImageLayer[],
  found: PortableResults,
): string {
  const ids = layers.map(({ id }) => id);
  const finalLayers = new Set(ids);
  const records = chosenRecords({ mode: 'min', found, finalLayers });
  const position = positionsOf(ids);
  const config: CacheConfig = {
    layers: layers.map(({ id, diffId }) => layerOf(store, id, diffId)),
    // Those who run an image do not need the warnings of its steps.
    records: records.map(([key, { warnings: _, ...record }]) => recordOf(key, record, position)),
    contents: sorted(found.contents),
    mounts: [],
  };
  return Buffer.from(encodeCacheConfig(config)).toString('base64');
}

type Chosen = readonly (readonly [string, CacheRecord])[];

function chosenRecords({
  mode,
  found,
  finalLayers,
}: Pick<ExportCacheOptions, 'mode' | 'found' | 'finalLayers'>): Chosen {
  const all = [...found.records].sort(([a], [b]) => (a < b ? -1 : 1));
  if (mode === 'max') return all;
  return all.filter(([, { layers }]) => layers.every((id) => finalLayers.has(id)));
}

interface Written {
  readonly ids: readonly LayerId[];
  readonly blobs: readonly Layer[];
  readonly records: Chosen;
  readonly options: ExportCacheOptions;
}

function configOf(store: Store, { ids, blobs, records, options }: Written): CacheConfig {
  const position = positionsOf(ids);
  return {
    layers: ids.flatMap((id, index) => {
      const blob = blobs[index];
      if (blob === undefined) return [];
      return [{ ...layerOf(store, id, blob.diffId), blob: blob.descriptor.digest }];
    }),
    records: records.map(([key, record]) => recordOf(key, record, position)),
    contents: sorted(options.found.contents),
    mounts: options.mounts.map(({ key, id, layer }) => ({ key, id, layer: position(layer) })),
  };
}

/** The same steps as BuildKit finds them, with their results if these are exported. */
function buildkitOf(store: Store, { ids, blobs, records, options }: Written): BuildkitDocument {
  const position = positionsOf(ids);
  const byKey = new Map(records);
  const steps = [...options.found.keys].flatMap(([id, key]) => {
    const record = byKey.get(key);
    const step = options.shared?.keys.get(id);
    if (record === undefined || step === undefined) return [];
    return [{ key: step, layers: record.layers.map(position), created: record.created }];
  });
  const layers = blobs.map(({ descriptor, diffId }, index) => {
    const id = ids[index];
    const created = (id && store.layers.get(id)?.created) ?? 0;
    return { descriptor, diffId, created };
  });
  return buildkitDocument({
    steps,
    layers,
    contentOf: (input) => options.shared?.contents.get(input),
  });
}

function positionsOf(ids: readonly LayerId[]): (id: LayerId) => number {
  const positions = new Map(ids.map((id, index) => [id, index]));
  return (id) => {
    const position = positions.get(id);
    if (position === undefined) throw new Error(`the layer ${id} is not exported`);
    return position;
  };
}

function layerOf(store: Store, id: LayerId, diffId: CachedLayer['diffId']): CachedLayer {
  const meta = store.layers.get(id);
  if (meta === undefined) throw layerGone(id);
  const size = unpackedSize(store, { id, diffId });
  return { diffId, times: meta.times, created: meta.created, ...(size !== undefined && { size }) };
}

function recordOf(
  key: string,
  { layers, ownLayer, outputKey, created, addedBytes, description, warnings }: CacheRecord,
  position: (id: LayerId) => number,
): CachedRecord {
  const addsLayer = ownLayer !== undefined;
  return {
    ...{ key, outputKey, layers: layers.map(position), addsLayer },
    ...{ created, addedBytes, description, ...(warnings !== undefined && { warnings }) },
  };
}

/** The layer as the step made it, whatever epoch its image has. */
async function rawLayer(
  store: Store,
  id: LayerId,
  { encoding, signal }: ExportCacheOptions,
): Promise<ImageLayer> {
  const meta = store.layers.get(id);
  const known = meta?.lazy?.diffId;
  const layer = { id, epoch: undefined };
  const diffId = known ?? (await identifyLayer(store, layer, { encoding, signal })).diffId;
  return { ...layer, diffId, size: meta?.size ?? 0 };
}

function sorted(map: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}
