/** The layers of an image in the store, opened by their indexes. */
import { IndexedLayer } from '../../layers/index.ts';
import type { ImageRecord, Store } from '../../store/index.ts';

/** @returns by position, bottom first; undefined for lazy layers, which stream from their sources */
export function storedLayers(
  store: Store,
  { layers }: Pick<ImageRecord, 'layers'>,
): (position: number) => IndexedLayer | undefined {
  return (position) => {
    const layer = layers[position];
    const meta = layer && store.layers.get(layer.id);
    if (layer === undefined || meta === undefined || meta.lazy !== undefined) return undefined;
    return new IndexedLayer(store, layer);
  };
}
