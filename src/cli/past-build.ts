/** What commands about one past build have in common. */
import type { PastBuildOptions } from '../api/index.ts';
import { type CommandContext, rootOf } from './command.ts';

/** The build that the only argument names, if there is one. */
export function pastBuild(
  {
    flags,
    args,
  }: { readonly flags: { readonly root: string | undefined }; readonly args: readonly string[] },
  context: CommandContext,
): PastBuildOptions {
  return { build: args[0], root: rootOf(flags, context), signal: context.signal };
}
