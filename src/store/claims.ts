/** Locks whose files are removed on release. */
import { rmSync } from 'node:fs';
import type { Lock } from '../system/index.ts';

/** Deleted while held: waiting processes notice and create a new file. */
export function unlock(lock: Lock): void {
  rmSync(lock.path, { force: true });
  lock.release();
}
