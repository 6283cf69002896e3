/**
 * A helper that outlives the process which started it, to clean up, marks the directory in which it still works. Others
 * wait for it before they touch anything there.
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { AbortedError } from '../errors.ts';
import { acquireLock, tryLock } from './locks.ts';
import { hasErrorCode } from './system-error.ts';

const LOCK = '.helper-lock';
/** There until the helper has finished, whatever happens to it. */
const UNFINISHED = '.helper-unfinished';

export interface BusyMark {
  /** Everything is cleaned up. */
  finish(): void;
}

/**
 * @param directory existing, of this user
 * @param name of the helper, which no other one has there
 */
export function markBusy(directory: string, name: string): BusyMark {
  const lock = tryLock(`${directory}/${name}${LOCK}`, 'exclusive');
  if (lock === undefined) throw new Error(`another ${name} works in ${directory}`);
  const unfinished = `${directory}/${name}${UNFINISHED}`;
  writeFileSync(unfinished, '', { mode: 0o600 });
  return {
    finish: () => {
      rmSync(unfinished, { force: true });
      rmSync(lock.path, { force: true });
      lock.release();
    },
  };
}

/** `lost`: a helper was killed before it had finished; `busy`: one still works. */
export type HelpersEnd = 'finished' | 'lost' | 'busy';

/**
 * Waits until no helper works in a directory.
 * @param limit milliseconds
 */
export async function awaitIdle(directory: string, limit: number): Promise<HelpersEnd> {
  const signal = AbortSignal.timeout(limit);
  try {
    for (const path of locksIn(directory)) {
      (await acquireLock(path, 'exclusive', { signal })).release();
    }
  } catch (error) {
    if (error instanceof AbortedError) return 'busy';
    // Another process has removed the directory.
    if (!hasErrorCode(error, 'ENOENT')) throw error;
  }
  return entriesOf(directory).some((name) => name.endsWith(UNFINISHED)) ? 'lost' : 'finished';
}

/** Whether a helper works in a directory at this moment. */
export function isBusy(directory: string): boolean {
  return locksIn(directory).some((path) => {
    try {
      const lock = tryLock(path, 'exclusive');
      lock?.release();
      return lock === undefined;
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return false;
      throw error;
    }
  });
}

function locksIn(directory: string): readonly string[] {
  const names = entriesOf(directory).filter((name) => name.endsWith(LOCK));
  return names.map((name) => `${directory}/${name}`);
}

function entriesOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
}
