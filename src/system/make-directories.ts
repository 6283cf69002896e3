/** Directories with all that leads to them. */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasErrorCode } from './system-error.ts';

/**
 * As `recursive` of Node's mkdir, which never returns where a file system allows no directory (`/proc`).
 *
 * @param path host path
 * @throws errors of `node:fs`; EEXIST where something else is in the way
 */
export function makeDirectories(path: string, mode = 0o777): void {
  const parent = dirname(path);
  if (parent !== path && !existsSync(parent)) makeDirectories(parent, mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Somebody else may have made it at this moment.
    if (!hasErrorCode(error, 'EEXIST') || !statSync(path).isDirectory()) throw error;
  }
}
