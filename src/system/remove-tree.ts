/** Removes directories with arbitrary content. */
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { hasErrorCode } from './system-error.ts';

/**
 * Removes a file or directory recursively, if it exists, even if paths exceed the system's limit, as in trees that a
 * build step made. Node uses whole paths, so `rm`, which descends step by step, handles those.
 */
export async function removeTree(path: string | Buffer): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!hasErrorCode(error, 'ENAMETOOLONG')) throw error;
    // Loaded on use, since it is rarely needed and slow to load; import() does not work in V8's compile cache.
    const { execFile } = process.getBuiltinModule('node:child_process');
    await promisify(execFile)('rm', ['-rf', '--', path.toString()]);
  }
}
