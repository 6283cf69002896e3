/** Layers of caches as layers of the store, promised until somebody opens them. */
import { promiseLayers, rememberPlace } from '../image/index.ts';
import { rememberSize } from '../layers/index.ts';
import { type ChainId, chainIds, type Descriptor, type DiffId } from '../oci/index.ts';
import type { LayerId, LayerMeta, LayerPromise, Store } from '../store/index.ts';
import type { CacheStorage } from './storage.ts';

export interface StackLayer {
  readonly diffId: DiffId;
  readonly blob: Descriptor;
  readonly times: LayerMeta['times'];
  /** Milliseconds since the epoch. */
  readonly created: number;
  /** Bytes of the files in it, if the cache says. */
  readonly size?: number | undefined;
}

/** The stacks of one cache: each layer is promised once. */
export class PromisedStacks {
  readonly #store: Store;
  readonly #storage: CacheStorage;
  readonly #known = new Map<ChainId, LayerId>();

  constructor(store: Store, storage: CacheStorage) {
    this.#store = store;
    this.#storage = storage;
  }

  /**
   * The layers of base images are taken from images that are here.
   *
   * @param layers bottom first
   */
  promise(layers: readonly StackLayer[]): readonly LayerId[] {
    const store = this.#store;
    const known = this.#known;
    for (const { diffId, size } of layers) {
      if (size !== undefined) rememberSize(store, diffId, size);
    }
    const wanted = layers.map((layer) => ({ layer, promise: this.#promiseOf(layer) }));
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

  #promiseOf({ diffId, blob }: StackLayer): LayerPromise {
    const { mediaType, digest, size } = blob;
    return { diffId, descriptor: { mediaType, digest, size }, sources: [this.#storage.source] };
  }
}
