/** Programs of this machine with their libraries, for images that have none. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * @param programs absolute paths of dynamic programs
 * @param directory of a build context
 * @returns files of the context
 */
export function hostPrograms(
  programs: readonly string[],
  directory: string,
): Readonly<Record<string, Uint8Array>> {
  const { stdout } = spawnSync('ldd', [...programs], { encoding: 'utf8' });
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
  return Object.fromEntries(
    [...programs, ...new Set(libraries)].map((path) => [`${directory}${path}`, readFileSync(path)]),
  );
}
