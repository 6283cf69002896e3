/** Finds a program in an image as a shell does: by its path, or in the directories of PATH. */
import { type FileTree, resolveInTree, toBytes } from '../../files/index.ts';

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * @param env `NAME=value`
 * @returns the program's path, or the name itself if no directory of PATH has it
 */
export function findInPath(program: string, env: readonly string[], tree: FileTree): string {
  if (program.includes('/')) return program;
  const said = env.findLast((variable) => variable.startsWith('PATH='));
  const directories = (said?.slice('PATH='.length) ?? DEFAULT_PATH).split(':');
  const found = directories
    .filter((directory) => directory.startsWith('/'))
    .map((directory) => `${directory.replace(/\/+$/, '')}/${program}`)
    .find((path) => isFile(path, tree));
  return found ?? program;
}

function isFile(path: string, tree: FileTree): boolean {
  return resolveInTree(tree, toBytes(path.slice(1))).entry?.type === 'file';
}
