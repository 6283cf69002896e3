/** Removes damaged content from a store, and everything that depends on it. */
import { AppError } from '../../errors.ts';
import { dropDerivedForms } from '../../layers/index.ts';
import type { Store } from '../../store/index.ts';
import type { Damage } from './find-damage.ts';

/** @throws AppError STORE_IN_USE */
export async function repairDamage(store: Store, damage: Damage): Promise<void> {
  if (damage.layers.length + damage.blobs.length === 0) return;
  if (store.isInUse()) {
    throw new AppError('STORE_IN_USE', `the store ${store.root} is in use`, {
      hint: 'wait until all builds and containers have ended, then repair it',
    });
  }
  for (const { digest } of damage.blobs) await store.blobs.remove(digest);
  for (const { id } of damage.lostImages) store.images.remove(id);
  for (const key of damage.lostSteps) store.records.delete(key);
  for (const { id, isWhole, lazy } of damage.layers) {
    if (isWhole) await dropDerivedForms(store, id);
    else if (lazy !== undefined) store.layers.loseContent(id, lazy);
    else store.layers.remove(id);
  }
  await store.flush();
  await store.prune();
}
