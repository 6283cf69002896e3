import { present } from '../../layers/index.ts';
import type { ImageRecord, Store } from '../../store/index.ts';

/** Fetches what of an image was only promised. @throws as `present` of `layers/` */
export function presentImage(
  store: Store,
  { layers }: ImageRecord,
  signal?: AbortSignal | undefined,
): Promise<void> {
  return present(
    store,
    layers.map(({ id }) => id),
    { signal },
  );
}
