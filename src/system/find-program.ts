/** Finds programs of this machine. */

import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Environment } from '../environment.ts';

/** Directories of root's tools, which a user's PATH may lack. */
const MORE_DIRECTORIES = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin'];

/**
 * @param nameOrPath a path, or a name to find in PATH and the usual directories
 * @returns an absolute path; undefined if there is no such program
 */
export function findProgram(nameOrPath: string, env: Environment): string | undefined {
  if (nameOrPath.includes('/')) {
    const path = isAbsolute(nameOrPath) ? nameOrPath : join(process.cwd(), nameOrPath);
    return isProgram(path) ? path : undefined;
  }
  const directories = [
    ...(env.PATH ?? '').split(delimiter).filter(isAbsolute),
    ...MORE_DIRECTORIES,
  ];
  return directories.map((directory) => join(directory, nameOrPath)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
