/** Layers of caches as lazy layers of the store, fetched when something opens them. */
import { recordLazyLayers, rememberRepository } from '../image/index.ts';
import { rememberSize } from '../layers/index.ts';
import { type ChainId, chainIds, type Descriptor, type DiffId } from '../oci/index.ts';
import type { LayerId, LayerMeta, LazyLayer, Store } from '../store/index.ts';
import type { CacheStorage } from './storage.ts';

export interface StackLayer {
  readonly diffId: DiffId;
  readonly blob: Descriptor;
  readonly times: LayerMeta['times'];
  /** Milliseconds since the epoch. */
  readonly created: number;
  /** Bytes of the files in it, if the cache has the number. */
  readonly size?: number | undefined;
}

/** The stacks of one cache: each layer is recorded once. */
export class LazyStacks {
  readonly #store: Store;
  readonly #storage: CacheStorage;
  readonly #known = new Map<ChainId, LayerId>();

  constructor(store: Store, storage: CacheStorage) {
    this.#store = store;
    this.#storage = storage;
  }

  /**
   * Records layers in the store. The layers of base images are those of images in the store.
   *
   * @param layers bottom first
   */
  record(layers: readonly StackLayer[]): readonly LayerId[] {
    const store = this.#store;
    const known = this.#known;
    for (const { diffId, size } of layers) {
      if (size !== undefined) rememberSize(store, diffId, size);
    }
    const wanted = layers.map((layer) => ({ layer, lazy: this.#lazyLayerOf(layer) }));
    const base = wanted.findIndex(({ layer }) => layer.times !== 'keep');
    const baseCount = base < 0 ? wanted.length : base;
    const chain = chainIds(wanted.map(({ lazy }) => lazy.diffId));
    const isNewBase = chain.slice(0, baseCount).some((id) => !known.has(id));
    if (isNewBase) {
      const lazyLayers = wanted.slice(0, baseCount).map(({ lazy }) => lazy);
      for (const [position, { id }] of recordLazyLayers(store, lazyLayers).layers.entries()) {
        const chainId = chain[position];
        if (chainId !== undefined) known.set(chainId, id);
      }
    }
    return wanted.map(({ layer, lazy }, position) => {
      const chainId = chain[position];
      const there = chainId && known.get(chainId);
      if (there !== undefined) return there;
      const { id } = store.layers.recordLazy({
        lazy: { ...lazy, isOfStep: true },
        created: layer.created,
        times: layer.times,
      });
      for (const source of lazy.sources) {
        if (source.kind === 'registry') rememberRepository(store, lazy.descriptor.digest, source);
      }
      if (chainId !== undefined) known.set(chainId, id);
      return id;
    });
  }

  #lazyLayerOf({ diffId, blob }: StackLayer): LazyLayer {
    const { mediaType, digest, size } = blob;
    return { diffId, descriptor: { mediaType, digest, size }, sources: [this.#storage.source] };
  }
}
