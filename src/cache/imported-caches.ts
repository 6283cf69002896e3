/**
 * Caches of other machines, as far as a build asks for them. They are read when the store's own cache does not have an
 * answer for the first time; the layers of what is found are promised, and fetched only when somebody opens them.
 */
import type { Warning } from '../errors.ts';
import { AppError } from '../errors.ts';
import { promiseLayers } from '../export/index.ts';
import type { VertexId } from '../graph/index.ts';
import { type ChainId, chainIds, type Descriptor, type DiffId, parseDiffId } from '../oci/index.ts';
import type { CacheRecords } from '../solver/index.ts';
import type { CacheRecord, LayerId, LayerPromise, NewPromise, Store } from '../store/index.ts';
import { rememberPlace } from '../transfer/index.ts';
import { BuildkitFinder, type FoundStep, type SoughtBuild } from './buildkit/finder.ts';
import { type BuildkitCache, type OwnCache, type ReadCache, readCache } from './read-cache.ts';
import type { CacheStorage } from './storage.ts';

export interface ImportedCachesOptions {
  readonly store: Store;
  readonly storages: readonly CacheStorage[];
  readonly warn: (warning: Warning) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface ImportedMount {
  readonly key: string;
  readonly id: string;
  /** The layer whose tree the cache mount begins with. */
  readonly layer: LayerId;
}

/** A step whose result is looked for. */
export interface SoughtStep {
  readonly id: VertexId;
  readonly build: SoughtBuild;
}

/** Of BuildKit's: the digest of a layer's tar, on the descriptor of its blob. */
const DIFF_ID_ANNOTATION = 'containerd.io/uncompressed';

export class ImportedCaches {
  readonly #options: ImportedCachesOptions;
  #read: Promise<readonly ReadCache[]> | undefined;
  readonly #layers = new Map<CacheStorage, Map<ChainId, LayerId>>();
  readonly #finders = new Map<BuildkitCache, BuildkitFinder>();

  constructor(options: ImportedCachesOptions) {
    this.#options = options;
  }

  /**
   * What a step gave, with promised layers. It is a record of the store from now on.
   *
   * @param key under which lamina's own caches know it
   */
  async record(key: string, step: SoughtStep): Promise<CacheRecord | undefined> {
    for (const cache of await this.#caches()) {
      const found =
        cache.kind === 'own' ? this.#ownRecord(cache, key) : await this.#foreign(cache, key, step);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async contentDigest(key: string): Promise<string | undefined> {
    for (const { contents } of await this.#ownCaches()) {
      if (Object.hasOwn(contents, key)) return contents[key];
    }
    return undefined;
  }

  /** What cache mounts held where the caches were exported. */
  async mounts(): Promise<readonly ImportedMount[]> {
    const mounts = new Map<string, ImportedMount>();
    for (const cache of await this.#ownCaches()) {
      for (const { key, id, layer } of cache.mounts) {
        if (mounts.has(key)) continue;
        const [own] = this.#stack(cache.storage, ownLayers(cache, [layer]));
        if (own !== undefined) mounts.set(key, { key, id, layer: own });
      }
    }
    return [...mounts.values()];
  }

  async #ownCaches(): Promise<readonly OwnCache[]> {
    return (await this.#caches()).filter((cache) => cache.kind === 'own');
  }

  #caches(): Promise<readonly ReadCache[]> {
    this.#read ??= this.#readAll();
    return this.#read;
  }

  /** A cache that cannot be read costs time, not the build. */
  async #readAll(): Promise<readonly ReadCache[]> {
    const { storages, signal, warn } = this.#options;
    const read = await Promise.all(
      storages.map(async (storage) => {
        try {
          const cache = await readCache(storage, signal);
          if (cache === undefined) warn(nothingThere(storage));
          return cache;
        } catch (error) {
          signal?.throwIfAborted();
          warn(unreadable(storage, error));
          return undefined;
        }
      }),
    );
    return read.flatMap((cache) => cache ?? []);
  }

  #ownRecord(cache: OwnCache, key: string): CacheRecord | undefined {
    const record = cache.records.find((one) => one.key === key);
    if (record === undefined) return undefined;
    const layers = this.#stack(cache.storage, ownLayers(cache, record.layers));
    const { outputKey, created, addedBytes, description } = record;
    const ownLayer = record.addsLayer ? layers.at(-1) : undefined;
    return { layers, ownLayer, outputKey, created, addedBytes, description };
  }

  async #foreign(
    cache: BuildkitCache,
    key: string,
    { id, build }: SoughtStep,
  ): Promise<CacheRecord | undefined> {
    const finder = this.#finders.get(cache) ?? new BuildkitFinder(cache.config, build);
    this.#finders.set(cache, finder);
    const found = await finder.find(id).catch(() => {
      // A file of the context that cannot be read is told of by the step itself.
      this.#options.signal?.throwIfAborted();
      return undefined;
    });
    const wanted = found && buildkitLayers(cache, found);
    if (found === undefined || wanted === undefined) return undefined;
    const layers = this.#stack(cache.storage, wanted);
    const info = build.graph.info.get(id);
    const description = info?.instruction ?? info?.name ?? '';
    const { created } = found;
    return {
      ...{ layers, ownLayer: layers.at(-1), outputKey: key },
      ...{ created, addedBytes: 0, description },
    };
  }

  /** The layers of a stack, each promised once; those of base images are taken from images that are here. */
  #stack(storage: CacheStorage, wanted: readonly NewPromise[]): readonly LayerId[] {
    const { store } = this.#options;
    const known = this.#layers.get(storage) ?? new Map<ChainId, LayerId>();
    this.#layers.set(storage, known);
    const base = wanted.findIndex(({ times }) => times !== 'keep');
    const baseCount = base < 0 ? wanted.length : base;
    const chain = chainIds(wanted.map(({ promise }) => promise.diffId));
    const isNewBase = chain.slice(0, baseCount).some((id) => !known.has(id));
    if (isNewBase) {
      const promises = wanted.slice(0, baseCount).map(({ promise }) => promise);
      for (const [position, { id }] of promiseLayers(store, promises).layers.entries()) {
        const chainId = chain[position];
        if (chainId !== undefined) known.set(chainId, id);
      }
    }
    return wanted.map(({ promise, created, times }, position) => {
      const chainId = chain[position];
      const there = chainId && known.get(chainId);
      if (there !== undefined) return there;
      const ofStep = { ...promise, isOfStep: true };
      const { id } = store.layers.promise({ promise: ofStep, created, times });
      for (const source of promise.sources) {
        if (source.kind === 'registry') rememberPlace(store, promise.descriptor.digest, source);
      }
      if (chainId !== undefined) known.set(chainId, id);
      return id;
    });
  }
}

function ownLayers(cache: OwnCache, positions: readonly number[]): readonly NewPromise[] {
  return positions.flatMap((position) => {
    const layer = cache.layers[position];
    const blob = cache.blobs[position];
    if (layer === undefined || blob === undefined) return [];
    const { diffId, created, times } = layer;
    return [{ promise: promiseOf(cache.storage, blob, diffId), created, times }];
  });
}

/** @returns undefined when one of them cannot be told from its blob */
function buildkitLayers(
  { storage, config, blobs }: BuildkitCache,
  { layers, times, created }: FoundStep,
): readonly NewPromise[] | undefined {
  const wanted = layers.flatMap((position, at) => {
    const blob = blobs.get(config.layers[position]?.blob ?? '');
    const diffId = blob?.annotations?.[DIFF_ID_ANNOTATION];
    const ofLayer = times[at];
    if (blob === undefined || diffId === undefined || ofLayer === undefined) return [];
    const promise = promiseOf(storage, blob, parseDiffId(diffId));
    return [{ promise, created, times: ofLayer }];
  });
  return wanted.length === layers.length ? wanted : undefined;
}

function promiseOf(
  { source }: CacheStorage,
  { mediaType, digest, size }: Descriptor,
  diffId: DiffId,
): LayerPromise {
  return { diffId, descriptor: { mediaType, digest, size }, sources: [source] };
}

/** The store's own records first, then those of other machines. */
export function importing(
  own: CacheRecords,
  imported: ImportedCaches,
  build: SoughtBuild,
): CacheRecords {
  return {
    ...own,
    async get(key, id) {
      const record = await own.get(key, id);
      if (record !== undefined && own.usable(record)) return record;
      const found = await imported.record(key, { id, build });
      if (found === undefined) return record;
      own.put(key, found);
      return found;
    },
    async contentDigest(key) {
      const known = await own.contentDigest(key);
      if (known !== undefined) return known;
      const found = await imported.contentDigest(key);
      if (found !== undefined) own.putContentDigest(key, found);
      return found;
    },
  };
}

function nothingThere({ name }: CacheStorage): Warning {
  return {
    code: 'CACHE_EMPTY',
    message: `there is no cache in ${name} yet`,
    hint: 'export one with --cache-to',
  };
}

function unreadable({ name }: CacheStorage, error: unknown): Warning {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    code:
      error instanceof AppError && error.code === 'CACHE_FOREIGN' ? error.code : 'CACHE_UNREADABLE',
    message: `the cache in ${name} is not used: ${reason}`,
    hint: error instanceof AppError ? error.hint : undefined,
  };
}
