import { ensureLayers } from '../../layers/index.ts';
import type { ImageRecord, Store } from '../../store/index.ts';

/** Fetches the lazy layers of an image. @throws as `ensureLayers` of `layers/` */
export function ensureImageLayers(
  store: Store,
  { layers }: ImageRecord,
  signal?: AbortSignal | undefined,
): Promise<void> {
  return ensureLayers(
    store,
    layers.map(({ id }) => id),
    { signal },
  );
}
