/**
 * How to look into the file system of a step that failed, as one command line: the Dockerfile up to that step is
 * built, from the cache, and a shell is started in the result.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { StepError } from '../errors.ts';
import type { buildFlags } from './commands/build-flags.ts';
import type { FlagValues } from './flags.ts';

/** Flags that decide what is built, and so have to be repeated. */
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

/** @returns undefined where the Dockerfile is no file that holds the step */
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

/** Standard input and URLs are no files. */
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

/** Values of build arguments are nobody's business but the caller's: messages end up in logs. */
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
