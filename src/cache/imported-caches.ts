/**
 * Caches of other machines. They are read the first time the store's own cache has no answer; the layers they give are
 * lazy: fetched only when something opens them.
 */
import type { Warning } from '../errors.ts';
import { AppError } from '../errors.ts';
import type { VertexId } from '../graph/index.ts';
import type { CacheRecords, VertexResult } from '../solver/index.ts';
import type { CacheRecord, LayerId, Store } from '../store/index.ts';
import { type BuildFacts, Operations } from './buildkit/operations.ts';
import { BuildkitSteps, type FoundStep } from './buildkit/steps.ts';
import type { CachedRecord } from './format.ts';
import { LazyStacks } from './lazy-stacks.ts';
import { type ReadBuildkitCache, type ReadCache, readCache } from './read-cache.ts';
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
  /** The layer whose tree fills the new cache mount. */
  readonly layer: LayerId;
}

/** What a cache answered when it was asked for results. */
export type CacheAnswer =
  | {
      readonly kind: 'read';
      /** How many results it holds. */
      readonly results: number;
      /** Whether it holds a result of an instruction, of whatever inputs. */
      readonly holds: (instruction: string) => boolean;
    }
  /** It was not needed, or nothing has been exported to it. */
  | { readonly kind: 'unasked' | 'empty' }
  | { readonly kind: 'unreadable'; readonly reason: string };

const UNASKED: CacheAnswer = { kind: 'unasked' };

export class ImportedCaches {
  readonly #options: ImportedCachesOptions;
  #read: Promise<readonly (ReadCache | ReadBuildkitCache)[]> | undefined;
  readonly #stacks = new Map<ReadCache | ReadBuildkitCache, LazyStacks>();
  readonly #answers = new Map<CacheStorage, CacheAnswer>();

  constructor(options: ImportedCachesOptions) {
    this.#options = options;
  }

  /** What each cache has answered so far, in their order. */
  answers(): readonly CacheAnswer[] {
    return this.#options.storages.map((storage) => this.#answers.get(storage) ?? UNASKED);
  }

  /** The result of a key, with lazy layers. It becomes a record of the store. */
  async record(key: string): Promise<CacheRecord | undefined> {
    for (const cache of await this.#ownCaches()) {
      const found = cache.records.find((record) => record.key === key);
      if (found !== undefined) return this.#adopt(cache, found);
    }
    return undefined;
  }

  async contentDigest(key: string): Promise<string | undefined> {
    for (const { contents } of await this.#ownCaches()) {
      if (Object.hasOwn(contents, key)) return contents[key];
    }
    return undefined;
  }

  /** The contents of cache mounts where the caches were exported. */
  async mounts(): Promise<readonly ImportedMount[]> {
    const mounts = new Map<string, ImportedMount>();
    for (const cache of await this.#ownCaches()) {
      for (const { key, id, layer } of cache.mounts) {
        const [own] = mounts.has(key) ? [] : this.#stack(cache, [layer]);
        if (own !== undefined) mounts.set(key, { key, id, layer: own });
      }
    }
    return [...mounts.values()];
  }

  /** What BuildKit's caches have of a build's steps; their layers are lazy. */
  async buildkitSteps(
    facts: BuildFacts,
  ): Promise<(id: VertexId) => Promise<VertexResult | undefined>> {
    const operations = new Operations(facts);
    const caches = (await this.#caches()).flatMap((cache) =>
      cache.writtenBy === 'BuildKit'
        ? [{ cache, steps: new BuildkitSteps(cache, operations, facts) }]
        : [],
    );
    return async (id) => {
      for (const { cache, steps } of caches) {
        const found = await steps.find(id);
        if (found !== undefined) return this.#adoptStep(cache, found);
      }
      return undefined;
    };
  }

  async #ownCaches(): Promise<readonly ReadCache[]> {
    return (await this.#caches()).flatMap((cache) => (cache.writtenBy === 'lamina' ? [cache] : []));
  }

  #caches(): Promise<readonly (ReadCache | ReadBuildkitCache)[]> {
    this.#read ??= this.#readAll();
    return this.#read;
  }

  /** A cache that cannot be read costs time, not the build. */
  async #readAll(): Promise<readonly (ReadCache | ReadBuildkitCache)[]> {
    const { storages, signal, warn } = this.#options;
    const read = await Promise.all(
      storages.map(async (storage) => {
        try {
          const cache = await readCache(storage, signal);
          this.#answers.set(storage, cache === undefined ? { kind: 'empty' } : answerOf(cache));
          if (cache === undefined) warn(nothingThere(storage));
          return cache;
        } catch (error) {
          signal?.throwIfAborted();
          const reason = error instanceof Error ? error.message : String(error);
          this.#answers.set(storage, { kind: 'unreadable', reason });
          warn(unreadable(storage, error, reason));
          return undefined;
        }
      }),
    );
    return read.flatMap((cache) => cache ?? []);
  }

  #adopt(cache: ReadCache, record: CachedRecord): CacheRecord {
    const layers = this.#stack(cache, record.layers);
    const { outputKey, created, addedBytes, description, warnings } = record;
    const ownLayer = record.addsLayer ? layers.at(-1) : undefined;
    return { layers, ownLayer, outputKey, created, addedBytes, description, warnings };
  }

  #adoptStep(cache: ReadBuildkitCache, { layers, created }: FoundStep): VertexResult {
    const stack = this.#stacksOf(cache).record(layers);
    // BuildKit's caches do not say how large the files of a layer are.
    return { layers: stack, ownLayer: stack.at(-1), addedBytes: 0, created };
  }

  #stack(cache: ReadCache, positions: readonly number[]): readonly LayerId[] {
    const layers = positions.flatMap((position) => {
      const layer = cache.layers[position];
      const blob = cache.blobs[position];
      return layer === undefined || blob === undefined ? [] : [{ ...layer, blob }];
    });
    return this.#stacksOf(cache).record(layers);
  }

  #stacksOf(cache: ReadCache | ReadBuildkitCache): LazyStacks {
    const known = this.#stacks.get(cache);
    if (known !== undefined) return known;
    const stacks = new LazyStacks(this.#options.store, cache.storage);
    this.#stacks.set(cache, stacks);
    return stacks;
  }
}

/** The store's own records first, then those of other machines. */
export function importing(
  own: CacheRecords,
  imported: ImportedCaches,
  facts: BuildFacts,
): CacheRecords {
  let steps: ReturnType<ImportedCaches['buildkitSteps']> | undefined;
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
    async elsewhere(id) {
      steps ??= imported.buildkitSteps(facts);
      return (await steps)(id);
    },
  };
}

function nothingThere({ name }: CacheStorage): Warning {
  return {
    code: 'CACHE_EMPTY',
    message: `${name} has no cache yet`,
    hint: 'export one with --cache-to',
  };
}

function answerOf(cache: ReadCache | ReadBuildkitCache): CacheAnswer {
  if (cache.writtenBy === 'BuildKit') {
    const results = cache.records.filter((record) => record.results.length > 0).length;
    return { kind: 'read', results, holds: () => false };
  }
  const holds = (instruction: string) =>
    cache.records.some(({ description }) => description === instruction);
  return { kind: 'read', results: cache.records.length, holds };
}

function unreadable({ name }: CacheStorage, error: unknown, reason: string): Warning {
  return {
    code: 'CACHE_UNREADABLE',
    message: `the cache in ${name} is not used: ${reason}`,
    hint: error instanceof AppError ? error.hint : undefined,
  };
}
