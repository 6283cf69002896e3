/**
 * Caches of other machines, as far as a build asks for them. They are read when the store's own cache does not have an
 * answer for the first time; the layers of what is found are promised, and fetched only when somebody opens them.
 */
import type { Warning } from '../errors.ts';
import { AppError } from '../errors.ts';
import { promiseLayers } from '../export/index.ts';
import { type ChainId, chainIds } from '../oci/index.ts';
import type { CacheRecords } from '../solver/index.ts';
import type { CacheRecord, LayerId, LayerPromise, Store } from '../store/index.ts';
import { rememberPlace } from '../transfer/index.ts';
import type { CachedRecord } from './format.ts';
import { type ReadCache, readCache } from './read-cache.ts';
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

export class ImportedCaches {
  readonly #options: ImportedCachesOptions;
  #read: Promise<readonly ReadCache[]> | undefined;
  readonly #layers = new Map<ReadCache, Map<ChainId, LayerId>>();

  constructor(options: ImportedCachesOptions) {
    this.#options = options;
  }

  /** What was made under a key, with promised layers. It is a record of the store from now on. */
  async record(key: string): Promise<CacheRecord | undefined> {
    for (const cache of await this.#caches()) {
      const found = cache.records.find((record) => record.key === key);
      if (found !== undefined) return this.#adopt(cache, found);
    }
    return undefined;
  }

  async contentDigest(key: string): Promise<string | undefined> {
    for (const { contents } of await this.#caches()) {
      if (Object.hasOwn(contents, key)) return contents[key];
    }
    return undefined;
  }

  /** What cache mounts held where the caches were exported. */
  async mounts(): Promise<readonly ImportedMount[]> {
    const mounts = new Map<string, ImportedMount>();
    for (const cache of await this.#caches()) {
      for (const { key, id, layer } of cache.mounts) {
        const [own] = mounts.has(key) ? [] : this.#stack(cache, [layer]);
        if (own !== undefined) mounts.set(key, { key, id, layer: own });
      }
    }
    return [...mounts.values()];
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

  #adopt(cache: ReadCache, record: CachedRecord): CacheRecord {
    const layers = this.#stack(cache, record.layers);
    const { outputKey, created, addedBytes, description } = record;
    const ownLayer = record.addsLayer ? layers.at(-1) : undefined;
    return { layers, ownLayer, outputKey, created, addedBytes, description };
  }

  /** The layers of a stack, each promised once; those of base images are taken from images that are here. */
  #stack(cache: ReadCache, positions: readonly number[]): readonly LayerId[] {
    const { store } = this.#options;
    const known = this.#layers.get(cache) ?? new Map<ChainId, LayerId>();
    this.#layers.set(cache, known);
    const wanted = positions.flatMap((position) => {
      const layer = cache.layers[position];
      const promise = promiseOf(cache, position);
      return layer === undefined || promise === undefined ? [] : [{ layer, promise }];
    });
    const base = wanted.findIndex(({ layer }) => layer.times !== 'keep');
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
    return wanted.map(({ layer, promise }, position) => {
      const chainId = chain[position];
      const there = chainId && known.get(chainId);
      if (there !== undefined) return there;
      const { id } = store.layers.promise({
        promise: { ...promise, isOfStep: true },
        created: layer.created,
        times: layer.times,
      });
      for (const source of promise.sources) {
        if (source.kind === 'registry') rememberPlace(store, promise.descriptor.digest, source);
      }
      if (chainId !== undefined) known.set(chainId, id);
      return id;
    });
  }
}

function promiseOf(cache: ReadCache, position: number): LayerPromise | undefined {
  const layer = cache.layers[position];
  const blob = cache.blobs[position];
  if (layer === undefined || blob === undefined) return undefined;
  const { mediaType, digest, size } = blob;
  const { source } = cache.storage;
  return { diffId: layer.diffId, descriptor: { mediaType, digest, size }, sources: [source] };
}

/** The store's own records first, then those of other machines. */
export function importing(own: CacheRecords, imported: ImportedCaches): CacheRecords {
  return {
    ...own,
    async get(key) {
      const record = await own.get(key);
      if (record !== undefined && own.usable(record)) return record;
      const found = await imported.record(key);
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
