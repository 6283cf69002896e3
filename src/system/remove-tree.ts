/** Removing directories that others filled. */
import { rm } from 'node:fs/promises';
import { hasErrorCode } from './system-error.ts';

/**
 * Removes a file or directory, if it is there, with all that is in it: also what lies so deep that its path is longer
 * than the system takes, as a step of a build can make it. Node goes by whole paths; `rm` goes down step by step.
 */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!hasErrorCode(error, 'ENAMETOOLONG')) throw error;
    // Rarely needed, and its modules take time to load.
    const [{ execFile }, { promisify }] = await Promise.all([
      import('node:child_process'),
      import('node:util'),
    ]);
    await promisify(execFile)('rm', ['-rf', '--', path]);
  }
}
