import { relative, resolve } from 'node:path';
import { AppError } from '../../errors.ts';
import { homeDirectory } from '../../system/index.ts';

/** Refuses paths such as a home directory: a typing error must not erase one. @throws AppError BUILD_OUTPUT */
export function checkErasable(dest: string): void {
  const directory = resolve(dest);
  const precious = [process.cwd(), homeDirectory() ?? '/'].find((path) => {
    const way = relative(directory, path);
    return way === '' || !way.startsWith('..');
  });
  if (precious === undefined) return;
  throw new AppError('BUILD_OUTPUT', `mode=delete would remove files from ${directory}`, {
    expected: 'a separate directory, below the current one',
    hint: 'it removes every file that is not in the image: choose another directory',
  });
}
