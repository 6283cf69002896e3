import { buildxFlags } from './command.ts';
import { findCommand } from './command-list.ts';
import { parseFlags } from './flags.ts';

/** Puts options between `buildx` and its subcommand after that: `buildx --builder b build .` is `buildx build --builder b .`. */
export function withBuildxOptions(words: readonly string[]): readonly string[] {
  if (words[0] !== 'buildx' || !(words[1]?.startsWith('-') ?? false)) return words;
  const { args, help } = parseFlags(buildxFlags, words.slice(1), {
    command: 'lamina buildx',
    interspersed: false,
  });
  if (help) return ['buildx', '--help'];
  const options = words.slice(1, words.length - args.length);
  const found = findCommand(['buildx', ...args]);
  if (found === undefined) return ['buildx', ...args];
  return [...found.typed.split(' '), ...options, ...found.rest];
}
