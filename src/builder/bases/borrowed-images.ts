/** Base images from another store, for builds in an empty one. */
import { copyImage } from '../../image/index.ts';
import { platformMatches } from '../../oci/index.ts';
import type { ResolveImage } from '../../plan/index.ts';
import type { Store } from '../../store/index.ts';

export interface Borrowing {
  readonly store: Store;
  readonly lender: Store;
}

/** Copies an image that only the lender has before it is resolved. */
export function borrowing(resolve: ResolveImage, { store, lender }: Borrowing): ResolveImage {
  return async (name, platform, options) => {
    if (store.images.resolve(name) === undefined) {
      const variants = lender.images.variants(name);
      const image = variants.find((one) => platformMatches(platform, one)) ?? variants[0];
      if (image !== undefined) store.images.tag((await copyImage(lender, store, image)).id, name);
    }
    return resolve(name, platform, options);
  };
}
