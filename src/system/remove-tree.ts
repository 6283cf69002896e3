/** Removing directories that others filled. */
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { hasErrorCode } from './system-error.ts';

/**
 * Removes a file or directory, if it is there, with all that is in it: also what lies so deep that its path is longer
 * than the system takes, as a step of a build can make it. Node goes by whole paths; `rm` goes down step by step.
 */
export async function removeTree(path: string | Buffer): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!hasErrorCode(error, 'ENAMETOOLONG')) throw error;
    // Rarely needed, and takes time to load; import() is not there in the code that V8 keeps compiled.
    const { execFile } = process.getBuiltinModule('node:child_process');
    await promisify(execFile)('rm', ['-rf', '--', path.toString()]);
  }
}
