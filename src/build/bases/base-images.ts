/** Images of the local store, as FROM and COPY --from name them. */
import { AppError } from '../../errors.ts';
import { readConfig } from '../../export/index.ts';
import { formatPlatform, type Platform, parseReference, selectPlatform } from '../../oci/index.ts';
import type { BaseImage, ResolveImage } from '../../plan/index.ts';
import type { Store } from '../../store/index.ts';
import { imageNotFound } from './image-not-found.ts';

/**
 * An image for one platform is taken for every other too: a check warns of it.
 * @throws AppError IMAGE_NOT_FOUND, IMAGE_PLATFORM, REFERENCE_INVALID
 */
export function imageResolver(store: Store): ResolveImage {
  return async (name, platform): Promise<BaseImage> => {
    const records = store.images.variants(name);
    const [only] = records;
    if (only === undefined) throw imageNotFound(store, parseReference(name));
    const chosen = records.length === 1 ? 0 : selectPlatform(platform, records);
    const record = chosen === undefined ? undefined : records[chosen];
    if (record === undefined) throw wrongPlatform(name, platform, records);
    return { name, id: record.id, config: await readConfig(store, record) };
  };
}

function wrongPlatform(name: string, wanted: Platform, found: readonly Platform[]): AppError {
  const known = found.map(formatPlatform).join(' and ');
  return new AppError(
    'IMAGE_PLATFORM',
    `image '${name}' is for ${known}, not for ${formatPlatform(wanted)}`,
    { hint: 'load the image for the platform you build for, or build with --platform' },
  );
}
