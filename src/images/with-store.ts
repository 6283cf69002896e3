/** Opens a store for one call. */
import { AppError } from '../errors.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { unpackLimitOf } from '../layers/index.ts';
import { familiarName, parseReference } from '../oci/index.ts';
import { type ImageRecord, isGone, type Store, useStore } from '../store/index.ts';
import { RegistryProvider } from '../transfer/index.ts';

/** Prunes that take what is needed every time are no accident. */
const ATTEMPTS = 8;

export interface WithStoreOptions {
  /** The work cannot be begun anew, for example because it reads a stream. */
  readonly isOnce?: boolean | undefined;
}

/** @param work begun anew when another process has removed what it had found */
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
  const present = store.images.names().map((name) => familiarName(parseReference(name)));
  throw new AppError('IMAGE_NOT_FOUND', `image '${text}' is not in the local store`, {
    expected: present.length === 0 ? undefined : `one of ${present.slice(0, 8).join(', ')}`,
    hint: 'run `lamina images` to list images',
  });
}
