/** The build on record that made an image which is not in the store. */
import type { StoreOptions } from '../api/index.ts';
import { AppError } from '../errors.ts';
import { parseImageName } from '../image/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import type { BuildRecord } from '../records/index.ts';
import { buildOf } from './known-build.ts';
import { withImage } from './with-image.ts';

/** Whether a text names an image of another transport: `oci:…`, `docker-archive:…`, `docker://…`. */
export function isElsewhere(text: string): boolean {
  try {
    return parseImageName(text, 'store').transport !== 'store';
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

/**
 * @returns the newest build that made the image; undefined where none is on record
 * @throws as `withImage`
 */
export function buildElsewhere(
  context: LaminaContext,
  options: Pick<StoreOptions, 'signal'> & { readonly image: string },
): Promise<BuildRecord | undefined> {
  return withImage(context, options, async (opened) => buildOf(opened)?.record);
}
