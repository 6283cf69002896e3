/** Clears cache mounts: free instances are removed at once, the others when they become free. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { acquireLock, hasErrorCode, type Lock, tryLock } from '../system/index.ts';
import { instancesOf, isRetired, lockFile, retiredMark } from './cache-mount-paths.ts';

/**
 * Retires all instances of one cache mount.
 *
 * @param aside returns a new path for each instance to move away, which the caller removes
 */
export async function retireInstances(directory: string, aside: () => string): Promise<void> {
  const keyLock = await lockExisting(directory);
  try {
    for (const number of keyLock === undefined ? [] : instancesOf(directory)) {
      if (!moveFree(directory, number, aside)) writeFileSync(retiredMark(directory, number), '');
    }
  } finally {
    keyLock?.release();
  }
}

/** Moves retired instances that have become free; the caller holds the cache mount's lock. */
export function moveRetired(directory: string, aside: () => string): void {
  for (const number of instancesOf(directory)) {
    if (isRetired(directory, number)) moveFree(directory, number, aside);
  }
}

function moveFree(directory: string, number: number, aside: () => string): boolean {
  const lock = tryLock(lockFile(directory, number), 'exclusive');
  if (lock === undefined) return false;
  try {
    renameSync(`${directory}/${number}`, aside());
    rmSync(lock.path, { force: true });
    return true;
  } finally {
    lock.release();
  }
}

/** Undefined if the collector has just removed the cache mount. */
async function lockExisting(directory: string): Promise<Lock | undefined> {
  try {
    return await acquireLock(`${directory}/lock`, 'exclusive', {});
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
