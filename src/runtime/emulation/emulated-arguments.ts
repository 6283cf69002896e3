/** The arguments with which a static emulator runs a program of a root file system. */
import type { FileTree } from '../../files/index.ts';
import { findInPath } from './find-in-path.ts';

/** Where the emulator is, inside the container; nothing below `/dev` becomes part of a layer. */
export const EMULATOR_PATH = '/dev/.lamina-emulator';

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
  return [EMULATOR_PATH, '-0', program, findInPath(program, env, tree), ...rest];
}
