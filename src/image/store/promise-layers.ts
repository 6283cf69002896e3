/** The layers of an image that is on its way into the store: those it has, and promises for the others. */
import { independentLayer } from '../../layers/index.ts';
import { type ChainId, chainIds } from '../../oci/index.ts';
import type { ImageLayer, LayerId, LayerPromise, Store } from '../../store/index.ts';

export interface PromisedLayers {
  /** Bottom first. */
  readonly layers: readonly ImageLayer[];
  /** Those that the store knew neither as layers nor as promises. */
  readonly added: readonly LayerId[];
}

/**
 * Finds layers by what they are together with all layers below them, and promises what is not known.
 *
 * @param promises bottom first
 */
export function promiseLayers(store: Store, promises: readonly LayerPromise[]): PromisedLayers {
  const known = knownLayers(store);
  const chain = chainIds(promises.map(({ diffId }) => diffId));
  const added: LayerId[] = [];
  const layers = promises.map((promise, position): ImageLayer => {
    const chainId = chain[position];
    const there = chainId && known.get(chainId);
    if (there !== undefined) {
      for (const source of promise.sources) store.layers.addSource(there.id, source);
      return there;
    }
    const { diffId, descriptor } = promise;
    const independent = independentLayer(store, diffId);
    if (independent !== undefined) {
      return { id: independent.id, diffId, epoch: undefined, size: independent.size };
    }
    const { id } = store.layers.promise({ promise, created: Date.now(), times: 'keep' });
    added.push(id);
    return { id, diffId, epoch: undefined, size: descriptor.size };
  });
  return { layers, added };
}

/** The layers of the images in the store by their chain ids; those that are here before those that are promised. */
function knownLayers(store: Store): Map<ChainId, ImageLayer> {
  const known = new Map<ChainId, ImageLayer>();
  const isHere = ({ id }: ImageLayer) => store.layers.get(id)?.promise === undefined;
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
