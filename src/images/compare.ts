/** The differences between two images of the store. */
import type { CompareImagesOptions, CompareImagesResult } from '../api/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { requireImage, withStore } from './with-store.ts';

export function compareImages(
  context: LaminaContext,
  options: CompareImagesOptions,
): Promise<CompareImagesResult> {
  const { a, b, layers = false, signal } = options;
  return withStore(context, async (store): Promise<CompareImagesResult> => {
    const { compareFileSystems, compareLayers } = await import('../analysis/index.ts');
    const [first, second] = [
      { store, image: requireImage(store, a) },
      { store, image: requireImage(store, b) },
    ];
    return layers
      ? { kind: 'layers', comparison: await compareLayers(first, second, { signal }) }
      : { kind: 'files', comparison: await compareFileSystems(first, second, { signal }) };
  });
}
