/** Which record is meant. */
import { AppError } from '../errors.ts';
import { buildElsewhere, isElsewhere } from '../images/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import {
  type BuildRecord,
  type OnUnreadable,
  readRecord,
  recordNotFound,
  recordOfImage,
  recordsIn,
} from '../records/index.ts';
import type { Store } from '../store/index.ts';

/** Where builds are looked for. */
export interface BuildSearch {
  readonly context: LaminaContext;
  readonly store: Store;
  readonly onUnreadable?: OnUnreadable | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * @param text the id of a build or its beginning, or an image of any transport; undefined: the newest build whose record can be read
 * @throws AppError BUILD_RECORD_NOT_FOUND, IMAGE_AMBIGUOUS; for an id BUILD_RECORD_VERSION, BUILD_RECORD_DAMAGED; for an
 * image that is not in the store, what opening it throws
 */
export async function findBuild(
  { context, store, onUnreadable, signal }: BuildSearch,
  text: string | undefined,
): Promise<BuildRecord> {
  if (text === undefined) {
    for (const newest of recordsIn(store, { onUnreadable })) return newest;
    throw nothingBuilt();
  }
  const id = buildIdOf(store, text);
  if (id !== undefined) return readRecord(store, id);
  const record = isElsewhere(text)
    ? await buildElsewhere(context, { image: text, signal })
    : recordOfImage(store, requireImageId(store, text), onUnreadable);
  if (record === undefined) {
    throw recordNotFound(`there is no record of a build that made the image '${text}'`);
  }
  return record;
}

function requireImageId(store: Store, text: string): string {
  const image = imageNamed(store, text);
  if (image !== undefined) return image;
  throw recordNotFound(`there is no build or image '${text}' in the store`);
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
