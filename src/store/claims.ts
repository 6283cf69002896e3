/** Locks that are files of their own, which go with them. */
import { rmSync } from 'node:fs';
import type { Lock } from '../system/index.ts';

/** Deleted while it is held: those who wait for it notice, and make another. */
export function unlock(lock: Lock): void {
  rmSync(lock.path, { force: true });
  lock.release();
}
