/** Where FROM and COPY --from find images: the local store. */
import { AppError } from '../errors.ts';
import { readConfig } from '../export/index.ts';
import {
  familiarName,
  formatPlatform,
  type Platform,
  parseReference,
  selectPlatform,
} from '../oci/index.ts';
import type { BaseImage, ResolveImage } from '../plan/index.ts';
import type { Store } from '../store/index.ts';

/** Images that `lamina base` can make. */
const MADE_HERE = /^(debian(:|$)|distroless\/)/;

/**
 * An image for one platform is taken for every other too: a check warns of it.
 * @throws AppError IMAGE_NOT_FOUND, IMAGE_PLATFORM, REFERENCE_INVALID
 */
export function imageResolver(store: Store): ResolveImage {
  return async (name, platform): Promise<BaseImage> => {
    const records = store.images.variants(name);
    const [only] = records;
    if (only === undefined) throw notFound(store, name);
    const chosen = records.length === 1 ? 0 : selectPlatform(platform, records);
    const record = chosen === undefined ? undefined : records[chosen];
    if (record === undefined) throw wrongPlatform(name, platform, records);
    return { name, id: record.id, config: await readConfig(store, record) };
  };
}

function notFound(store: Store, name: string): AppError {
  const familiar = familiarName(parseReference(name));
  const present = store.images
    .list()
    .flatMap((record) => store.images.references(record.id))
    .map((reference) => familiarName(parseReference(reference)))
    .sort();
  return new AppError('IMAGE_NOT_FOUND', `there is no image '${familiar}' in the local store`, {
    expected:
      present.length === 0 ? 'an image: the store has none yet' : `one of ${listed(present)}`,
    hint: MADE_HERE.test(familiar)
      ? `make it with: lamina base ${familiar}`
      : 'bring it in with: lamina load -i ARCHIVE (registries are not supported yet)',
  });
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(', ');
  return names.length > 8 ? `${shown}, …` : shown;
}

function wrongPlatform(name: string, wanted: Platform, found: readonly Platform[]): AppError {
  const known = found.map(formatPlatform).join(' and ');
  return new AppError(
    'IMAGE_PLATFORM',
    `image '${name}' is for ${known}, not for ${formatPlatform(wanted)}`,
    { hint: 'load the image for the platform you build for, or build with --platform' },
  );
}
