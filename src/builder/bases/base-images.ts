/** Resolves images of the local store for FROM and COPY --from. */
import { AppError } from '../../errors.ts';
import { readConfig } from '../../image/index.ts';
import {
  familiarName,
  formatPlatform,
  formatReference,
  type Platform,
  parseReference,
  selectPlatform,
  withDefaultTag,
} from '../../oci/index.ts';
import type { BaseImage, ResolveImage } from '../../plan/index.ts';
import type { Store } from '../../store/index.ts';
import { elsewhereText, imageNotFound } from './image-not-found.ts';

/** @throws AppError IMAGE_NOT_FOUND, IMAGE_PLATFORM, REFERENCE_INVALID */
export function imageResolver(store: Store): ResolveImage {
  return async (name, platform, { takesOther = false } = {}): Promise<BaseImage> => {
    const records = store.images.variants(name);
    const [only] = records;
    if (only === undefined) throw await imageNotFound(store, parseReference(name));
    const chosen = takesOther && records.length === 1 ? 0 : selectPlatform(platform, records);
    const record = chosen === undefined ? undefined : records[chosen];
    if (record === undefined) throw wrongPlatform(store, name, { wanted: platform });
    const source = {
      reference: formatReference(withDefaultTag(parseReference(name))),
      manifestDigest: record.manifestDigest,
    };
    return { name, id: record.id, config: await readConfig(store, record), source };
  };
}

interface PlatformLack {
  readonly wanted: Platform;
  /** Why its registry gave no other; undefined: it was not asked. */
  readonly cause?: AppError | undefined;
}

/** The error of an image that the store has for other platforms only. */
export function wrongPlatform(
  store: Store,
  name: string,
  { wanted, cause }: PlatformLack,
): AppError {
  const reference = parseReference(name);
  const familiar = familiarName(reference);
  const found = store.images.variants(name).map(formatPlatform);
  const message = `image '${familiar}' is for ${found.join(' and ')}, not for ${formatPlatform(wanted)}`;
  const elsewhere = cause === undefined ? '' : elsewhereText(reference, cause);
  return new AppError('IMAGE_PLATFORM', `${message}${elsewhere}`, {
    expected: `an image for ${formatPlatform(wanted)}`,
    hint: `to use the image for ${found[0]}, write FROM --platform=${found[0]} ${familiar}; in COPY --from and mounts, name a stage that begins with it`,
    ...(cause !== undefined && { cause }),
  });
}
