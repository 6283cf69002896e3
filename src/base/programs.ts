import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';

/** @returns the path of a program, looked for in `path` (as in PATH) and where administrators' programs lie */
export async function findProgram(
  name: string,
  path = process.env.PATH ?? '',
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
