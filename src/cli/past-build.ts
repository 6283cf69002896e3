/** What commands about past builds have in common. */
import type { ListBuildsOptions, PastBuildOptions } from '../api/index.ts';
import type { AppError } from '../errors.ts';
import { printable } from '../progress/index.ts';
import { type CommandContext, rootOf } from './command.ts';

interface RootFlags {
  readonly root: string | undefined;
}

/** The build that the only argument names, if there is one. */
export function pastBuild(
  { flags, args }: { readonly flags: RootFlags; readonly args: readonly string[] },
  context: CommandContext,
): PastBuildOptions {
  return { ...pastBuilds(flags, context), build: args[0] };
}

/** After another version of lamina, all records may be unreadable. */
const MOST_WARNINGS = 3;

/** Warns of records that cannot be read. */
export function pastBuilds(flags: RootFlags, context: CommandContext): ListBuildsOptions {
  let count = 0;
  const onUnreadable = ({ code, message, hint = '' }: AppError) => {
    count++;
    if (count > MOST_WARNINGS + 1) return;
    const [text, advice] =
      count <= MOST_WARNINGS
        ? [message, hint]
        : ['more records cannot be read', '`lamina builds rm --all` removes all records'];
    const warning = `WARNING: ${printable(text)} [${code}]\n  hint: ${printable(advice)}\n`;
    void context.io.stderr.write(warning);
  };
  return { root: rootOf(flags, context), signal: context.signal, onUnreadable };
}
