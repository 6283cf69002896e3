/** Where FROM and COPY --from find images: the local store. */
import { AppError } from '../errors.ts';
import { readConfig } from '../export/index.ts';
import {
  familiarName,
  formatPlatform,
  type Platform,
  parseReference,
  platformMatches,
} from '../oci/index.ts';
import type { BaseImage, ResolveImage } from '../plan/index.ts';
import type { Store } from '../store/index.ts';

/** Images that `lamina base` can make. */
const MADE_HERE = /^(debian(:|$)|distroless\/)/;

/** @throws AppError IMAGE_NOT_FOUND, IMAGE_PLATFORM, REFERENCE_INVALID */
export function imageResolver(store: Store): ResolveImage {
  return async (name, platform): Promise<BaseImage> => {
    const record = store.images.resolve(name);
    if (record === undefined) throw notFound(store, name);
    const config = await readConfig(store, record);
    if (!platformMatches(platform, config)) throw wrongPlatform(name, platform, config);
    return { name, id: record.id, config };
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

function wrongPlatform(name: string, wanted: Platform, found: Platform): AppError {
  return new AppError(
    'IMAGE_PLATFORM',
    `image '${name}' is for ${formatPlatform(found)}, not for ${formatPlatform(wanted)}`,
    { hint: 'load the image for the platform you build for, or build with --platform' },
  );
}
