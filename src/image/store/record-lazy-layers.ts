/** The layers of an image that enters the store: those the store has, and lazy layers for the others. */
import { independentLayer } from '../../layers/index.ts';
import { type ChainId, chainIds } from '../../oci/index.ts';
import type { ImageLayer, LayerId, LazyLayer, Store } from '../../store/index.ts';

export interface RecordedLayers {
  /** Bottom first. */
  readonly layers: readonly ImageLayer[];
  /** Those that the store did not know, lazy or not. */
  readonly added: readonly LayerId[];
}

/**
 * Finds layers by their chain ids, and records the unknown ones as lazy layers.
 *
 * @param lazyLayers bottom first
 */
export function recordLazyLayers(store: Store, lazyLayers: readonly LazyLayer[]): RecordedLayers {
  const known = knownLayers(store);
  const chain = chainIds(lazyLayers.map(({ diffId }) => diffId));
  const added: LayerId[] = [];
  const layers = lazyLayers.map((lazy, position): ImageLayer => {
    const chainId = chain[position];
    const there = chainId && known.get(chainId);
    if (there !== undefined) {
      for (const source of lazy.sources) store.layers.addSource(there.id, source);
      return there;
    }
    const { diffId, descriptor } = lazy;
    const independent = independentLayer(store, diffId);
    if (independent !== undefined) {
      return { id: independent.id, diffId, epoch: undefined, size: independent.size };
    }
    const { id } = store.layers.recordLazy({ lazy, created: Date.now(), times: 'keep' });
    added.push(id);
    return { id, diffId, epoch: undefined, size: descriptor.size };
  });
  return { layers, added };
}

/** The layers of the images in the store by their chain ids; fetched layers win over lazy ones. */
function knownLayers(store: Store): Map<ChainId, ImageLayer> {
  const known = new Map<ChainId, ImageLayer>();
  const isHere = ({ id }: ImageLayer) => store.layers.get(id)?.lazy === undefined;
  for (const { layers } of store.images.list()) {
    const chain = chainIds(layers.map((layer) => layer.diffId));
    for (const [position, layer] of layers.entries()) {
      const chainId = chain[position];
      if (chainId === undefined || store.layers.get(layer.id) === undefined) continue;
      const before = known.get(chainId);
      if (before === undefined || !isHere(before)) known.set(chainId, layer);
    }
  }
  return known;
}
