/** The arguments with which a static emulator runs a program of a root file system. */
import { type FileTree, resolveInTree, toBytes } from '../../files/index.ts';

/** Where the emulator is, inside the container; nothing below `/dev` becomes part of a layer. */
export const EMULATOR_PATH = '/dev/.lamina-emulator';

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Puts the emulator in front. It looks for no program in PATH, so that is done here, in the tree.
 *
 * @param env `NAME=value`
 */
export function emulatedArguments(
  [program = '', ...rest]: readonly string[],
  env: readonly string[],
  tree: FileTree,
): readonly string[] {
  return [EMULATOR_PATH, '-0', program, pathOf(program, env, tree), ...rest];
}

function pathOf(program: string, env: readonly string[], tree: FileTree): string {
  if (program.includes('/')) return program;
  const said = env.findLast((variable) => variable.startsWith('PATH='));
  const places = (said?.slice('PATH='.length) ?? DEFAULT_PATH).split(':');
  const found = places
    .filter((place) => place.startsWith('/'))
    .map((place) => `${place.replace(/\/+$/, '')}/${program}`)
    .find((path) => isFile(path, tree));
  return found ?? program;
}

function isFile(path: string, tree: FileTree): boolean {
  const resolved = resolveInTree(tree, toBytes(path.slice(1)));
  return resolved.entry?.type === 'file';
}
