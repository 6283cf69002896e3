/** What distinguishes two images of a store. */
import { compareFileSystems, compareLayers } from '../analysis/index.ts';
import type { CompareImagesOptions, CompareImagesResult } from '../api/index.ts';
import { requireImage, withStore } from './with-store.ts';

/** @throws AppError IMAGE_NOT_FOUND, IMAGE_AMBIGUOUS */
export function compareImages(options: CompareImagesOptions): Promise<CompareImagesResult> {
  const { a, b, layers = false, ...rest } = options;
  return withStore(rest, async (store): Promise<CompareImagesResult> => {
    const sides = [a, b].map((text) => ({ store, image: requireImage(store, text) }));
    const [first, second] = sides;
    if (first === undefined || second === undefined) throw new Error('two images are compared');
    const { signal } = rest;
    return layers
      ? { kind: 'layers', comparison: await compareLayers(first, second, { signal }) }
      : { kind: 'files', comparison: await compareFileSystems(first, second, { signal }) };
  });
}
