import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { storeRemoved } from './database-error.ts';
import { type OpenStoreOptions, Store } from './store.ts';
import { storeFault } from './store-fault.ts';

/**
 * Opens a store, runs `work` with it, and closes it.
 * @throws what `Store.open`, `work` and `Store.close` throw; failures inside the store's directory as AppError STORE_…
 */
export async function useStore<T>(
  options: OpenStoreOptions,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  let root: string | undefined;
  try {
    await using store = await Store.open(options);
    root = store.root;
    return await work(store);
  } catch (error) {
    // The root cause of what failed then.
    if (root !== undefined && !existsSync(root)) throw storeRemoved(root, error);
    throw storeFault(root ?? resolve(options.root), error);
  }
}
