import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../environment.ts';

/** @returns the path of a program, from PATH and the directories of administrators' programs */
export async function findProgram(
  name: string,
  { PATH: path = '' }: Environment,
): Promise<string | undefined> {
  for (const directory of [...path.split(':'), '/usr/sbin', '/sbin']) {
    if (directory === '') continue;
    const candidate = join(directory, name);
    const usable = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) return candidate;
  }
  return undefined;
}
