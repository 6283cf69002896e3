/** Creates directories with their parents. */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasErrorCode } from './system-error.ts';

/**
 * Like Node's recursive mkdir, which hangs on file systems without directory creation (`/proc`).
 *
 * @param path host path
 * @throws errors of `node:fs`; EEXIST if another file is in the way
 */
export function makeDirectories(path: string, mode = 0o777): void {
  const parent = dirname(path);
  if (parent !== path && !existsSync(parent)) makeDirectories(parent, mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Another process may have created it meanwhile.
    if (!hasErrorCode(error, 'EEXIST') || !statSync(path).isDirectory()) throw error;
  }
}
