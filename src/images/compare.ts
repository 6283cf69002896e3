/** What distinguishes two images of a store. */
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
    const sides = [a, b].map((text) => ({ store, image: requireImage(store, text) }));
    const [first, second] = sides;
    if (first === undefined || second === undefined) throw new Error('two images are compared');
    return layers
      ? { kind: 'layers', comparison: await compareLayers(first, second, { signal }) }
      : { kind: 'files', comparison: await compareFileSystems(first, second, { signal }) };
  });
}
