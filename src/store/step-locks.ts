/**
 * Locks of steps: concurrent builds run the same step once. The holder keeps the lock until others can see its record;
 * the kernel releases it when the process ends, in any way.
 *
 *     locks/step-<key>          held while the step is made
 *     locks/step-<key>.wanted   a process waits: write the record at once, not with the next batch
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { acquireLock, type Lock, tryLock } from '../system/index.ts';
import type { StoreLayout } from './layout.ts';

export interface StepLock {
  /** Whether another process waits for it, or has waited. */
  readonly isWanted: () => boolean;
  /** Releases the lock; a second call does nothing. */
  release(): void;
}

export interface StepLockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once, if the lock is not free. */
  readonly onWait?: (() => void) | undefined;
}

const KEY = /^[0-9a-f]{64}$/;

/**
 * Waits until no other process runs the step. A holder must not wait for another step's lock: make the inputs first.
 *
 * @param key the step's cache key
 * @throws AbortedError if the signal is aborted first
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
      // Waiting processes see that the file is a new one, and check again.
      rmSync(lock.path, { force: true });
      lock.release();
    },
  };
}
