/**
 * A command line that opens a shell in the file system of a failed step: it builds the Dockerfile up to that step, from
 * the cache, and starts a shell in the result.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { StepError } from '../errors.ts';
import type { buildFlags } from './commands/build-flags.ts';
import type { FlagValues } from './flags.ts';

/** Flags that affect the build, and so must be repeated. */
const REPEATED = [
  'build-context',
  'platform',
  'network',
  'add-host',
  'shm-size',
  'ulimit',
  'ca-certificates',
  'secret',
  'ssh',
  'allow',
  'cache-from',
] as const;

type Flags = Pick<FlagValues<typeof buildFlags>, (typeof REPEATED)[number] | 'build-arg' | 'file'>;

export interface FailedBuild {
  readonly error: StepError;
  /** The context as written. */
  readonly context: string;
  readonly flags: Flags;
  /** The directory of the store, if one was given. */
  readonly root: string | undefined;
}

/** @returns undefined if the step is not in a Dockerfile on disk */
export function lookInside({ error, context, flags, root }: FailedBuild): string | undefined {
  const path = flags.file ?? join(context, 'Dockerfile');
  const { location } = error;
  if (location === undefined || textOf(path) !== location.text) return undefined;
  const store = root === undefined ? [] : ['--root', root];
  const build = ['lamina', ...store, 'build', '-q', '-f', '-', ...repeated(flags), context];
  const run = ['lamina', ...store, 'run', '--rm', '-it', '--entrypoint', 'sh'];
  const before = ['head', '-n', `${location.range.start.line - 1}`, path];
  return `${line(run)} "$(${line(before)} | ${line(build)})"`;
}

/** The text of a file; undefined for standard input and URLs. */
function textOf(path: string): string | undefined {
  try {
    return statSync(path).isFile() ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

function repeated(flags: Flags): string[] {
  const others = REPEATED.flatMap((name) =>
    [flags[name] ?? []].flat().flatMap((value) => [`--${name}`, value]),
  );
  return [
    ...flags['build-arg'].flatMap((value) => ['--build-arg', withoutValue(value)]),
    ...others,
  ];
}

/** Hides the values of build arguments, since messages end up in logs. */
function withoutValue(argument: string): string {
  const end = argument.indexOf('=');
  return end < 0 ? argument : `${argument.slice(0, end)}=…`;
}

function line(words: readonly string[]): string {
  return words.map(quoted).join(' ');
}

function quoted(word: string): string {
  if (/^[\w@%+=:,./…-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}
