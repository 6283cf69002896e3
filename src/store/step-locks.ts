/**
 * Locks of steps, so that builds that need the same step at the same time run it once. The holder keeps the lock until
 * others can see its record; the kernel frees it with the process, however that ends.
 *
 *     locks/step-<key>          held while the step is made
 *     locks/step-<key>.wanted   somebody waits: the record is to be written at once, not with the next batch
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { acquireLock, type Lock, tryLock } from '../system/index.ts';
import type { StoreLayout } from './layout.ts';

export interface StepLock {
  /** Whether somebody waits for it, or has. */
  readonly isWanted: () => boolean;
  /** Gives the lock up; does nothing the second time. */
  release(): void;
}

export interface StepLockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once, when the lock is not free. */
  readonly onWait?: (() => void) | undefined;
}

const KEY = /^[0-9a-f]{64}$/;

/**
 * Waits until no other process makes the step. Whoever holds such a lock must wait for none: inputs are made before.
 *
 * @param key the step's cache key
 * @throws AbortedError when the signal fires first
 */
export async function lockStep(
  layout: StoreLayout,
  key: string,
  { signal, onWait }: StepLockOptions = {},
): Promise<StepLock> {
  if (!KEY.test(key)) throw new Error(`not a cache key: ${key}`);
  const path = `${layout.locks}/step-${key}`;
  const wanted = `${path}.wanted`;
  const free = tryLock(path, 'exclusive');
  if (free !== undefined) return heldLock(free, wanted);
  onWait?.();
  writeFileSync(wanted, '', { mode: 0o600 });
  return heldLock(await acquireLock(path, 'exclusive', { signal }), wanted);
}

function heldLock(lock: Lock, wanted: string): StepLock {
  let isHeld = true;
  return {
    isWanted: () => existsSync(wanted),
    release: () => {
      if (!isHeld) return;
      isHeld = false;
      rmSync(wanted, { force: true });
      // Whoever waits sees that the file is another one, and looks again.
      rmSync(lock.path, { force: true });
      lock.release();
    },
  };
}
