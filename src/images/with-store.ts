/** Opens a store for one call. */
import { AppError } from '../errors.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { unpackLimitOf } from '../layers/index.ts';
import { familiarName, parseReference } from '../oci/index.ts';
import { type ImageRecord, isGone, type Store, useStore } from '../store/index.ts';
import { RegistryProvider } from '../transfer/index.ts';

/** If content disappears more often than this, it is not by accident. */
const ATTEMPTS = 8;

export interface WithStoreOptions {
  /** The work cannot start over, for example because it reads a stream. */
  readonly isOnce?: boolean | undefined;
}

/** @param work starts over if another process has removed content that it had found */
export function withStore<T>(
  { root, env }: LaminaContext,
  work: (store: Store) => Promise<T>,
  { isOnce = false }: WithStoreOptions = {},
): Promise<T> {
  const options = { root, provider: new RegistryProvider(env), unpackLimit: unpackLimitOf(env) };
  const withRetries = async (store: Store) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work(store);
      } catch (error) {
        if (isOnce || !isGone(error) || attempt === ATTEMPTS) throw error;
        store.refresh();
      }
    }
  };
  return useStore(options, withRetries);
}

/** @throws AppError IMAGE_NOT_FOUND, IMAGE_AMBIGUOUS, REFERENCE_INVALID */
export function requireImage(store: Store, text: string): ImageRecord {
  const image = store.images.resolve(text);
  if (image !== undefined) return image;
  const known = store.images.names().map((name) => familiarName(parseReference(name)));
  throw new AppError('IMAGE_NOT_FOUND', `image '${text}' is not in the local store`, {
    expected: known.length === 0 ? undefined : `one of ${known.slice(0, 8).join(', ')}`,
    hint: 'run `lamina images` to list images',
  });
}
