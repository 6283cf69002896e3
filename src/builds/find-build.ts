/** Which record is meant. */
import { AppError } from '../errors.ts';
import {
  type BuildRecord,
  type OnUnreadable,
  readRecord,
  recordNotFound,
  recordOfImage,
  recordsIn,
} from '../records/index.ts';
import type { Store } from '../store/index.ts';

/**
 * @param text the id of a build or its beginning, or an image; undefined: the newest build whose record can be read
 * @throws AppError BUILD_RECORD_NOT_FOUND, IMAGE_AMBIGUOUS; for an id BUILD_RECORD_VERSION, BUILD_RECORD_DAMAGED
 */
export function findBuild(
  store: Store,
  text: string | undefined,
  onUnreadable?: OnUnreadable,
): BuildRecord {
  if (text === undefined) {
    for (const newest of recordsIn(store, { onUnreadable })) return newest;
    throw nothingBuilt();
  }
  const id = buildIdOf(store, text);
  if (id !== undefined) return readRecord(store, id);
  const image = imageNamed(store, text);
  if (image === undefined)
    throw recordNotFound(`there is no build or image '${text}' in the store`);
  const record = recordOfImage(store, image, onUnreadable);
  if (record === undefined) {
    throw recordNotFound(`there is no record of a build that made the image '${text}'`);
  }
  return record;
}

/**
 * @param text of an id, or its beginning
 * @throws AppError BUILD_RECORD_NOT_FOUND for the beginning of several
 */
export function buildIdOf({ builds }: Store, text: string): string | undefined {
  if (!/^[0-9a-z]{4,}(-[0-9a-f]*)?$/.test(text)) return undefined;
  const found = builds.ids().filter((id) => id.startsWith(text));
  if (found.length > 1)
    throw recordNotFound(`${found.length} builds have ids that begin with '${text}'`);
  return found[0];
}

/** Something that cannot be an image's name is no image. */
function imageNamed(store: Store, text: string): string | undefined {
  try {
    return store.images.resolve(text)?.id;
  } catch (error) {
    if (error instanceof AppError && error.code === 'REFERENCE_INVALID') return undefined;
    throw error;
  }
}

function nothingBuilt(): AppError {
  return new AppError('BUILD_RECORD_NOT_FOUND', 'no build is on record in this store', {
    hint: 'build something, or choose another store with --root',
  });
}
