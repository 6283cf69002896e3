/** Looks for programs of this machine. */

import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Environment } from '../environment.ts';

/** Where root's tools are, though they may be missing in an ordinary PATH. */
const MORE_PLACES = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin'];

/**
 * @param nameOrPath a path, or a name to look for in PATH and the usual places
 * @returns an absolute path; undefined when there is no such program
 */
export function findProgram(nameOrPath: string, env: Environment): string | undefined {
  if (nameOrPath.includes('/')) {
    const path = isAbsolute(nameOrPath) ? nameOrPath : join(process.cwd(), nameOrPath);
    return isProgram(path) ? path : undefined;
  }
  const places = [...(env.PATH ?? '').split(delimiter).filter(isAbsolute), ...MORE_PLACES];
  return places.map((place) => join(place, nameOrPath)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
