/** The arguments with which a static emulator runs a program of a root file system. */
import type { FileTree } from '../../files/index.ts';
import { findInPath } from './find-in-path.ts';

/** Path of the emulator inside the container; nothing below `/dev` becomes part of a layer. */
export const EMULATOR_PATH = '/dev/.lamina-emulator';

/**
 * Puts the emulator in front. It does not search PATH for programs, so this does, in the tree.
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
