/** Whether an image is based on one of those that a check allows. */
import type { CheckedBase, ImageReport } from '../analysis/index.ts';
import type { CheckImageOptions } from '../api/index.ts';
import { AppError } from '../errors.ts';
import { parseImageName } from '../image/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { familiarName, parseReference, withDefaultTag } from '../oci/index.ts';
import { BASE_NAME, sharedLayers } from './base-image.ts';
import { type FoundImage, withImage } from './with-image.ts';

/** @throws AppError as `withImage` for an allowed image, unless the store lacks it */
export async function allowedBase(
  context: LaminaContext,
  { limits: { bases = [] } = {}, ...options }: CheckImageOptions,
  { image, report }: { readonly image: FoundImage['image']; readonly report: ImageReport },
): Promise<CheckedBase> {
  const annotations = { ...image.config.config?.Labels, ...image.manifest.annotations };
  const known = [report.base?.name, annotations[BASE_NAME]].filter((name) => name !== undefined);
  const [name = null] = known;
  for (const allowed of bases) {
    const layers = allowed.includes('*') ? undefined : await layersOf(context, options, allowed);
    const isBase =
      layers === undefined
        ? known.some((one) => matches(one, allowed))
        : layers.length > 0 && sharedLayers(layers, image.layers) === layers.length;
    if (isBase) return { name: name ?? allowed, isAllowed: true };
  }
  return { name, isAllowed: false };
}

/** @returns undefined for a name that the store lacks: then only what the image says of itself is left */
async function layersOf(
  context: LaminaContext,
  { platform, root, signal }: Omit<CheckImageOptions, 'limits'>,
  image: string,
): Promise<FoundImage['image']['layers'] | undefined> {
  try {
    const options = { image, platform, root, signal };
    return await withImage(context, options, async (opened) => opened.image.layers);
  } catch (error) {
    const isMissing = error instanceof AppError && error.code === 'IMAGE_NOT_FOUND';
    if (isMissing && parseImageName(image, 'store').transport === 'store') return undefined;
    throw error;
  }
}

function matches(name: string, allowed: string): boolean {
  const [known, pattern] = [fullName(name), fullName(allowed)];
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(known);
}

/** Familiar, with a tag: what is no reference, such as a pattern, stays as it is. */
function fullName(name: string): string {
  try {
    return familiarName(withDefaultTag(parseReference(name)));
  } catch {
    return name;
  }
}
