/** Runs containers under strace, to learn which files their processes use. */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../environment.ts';
import { findProgram } from '../system/index.ts';
import { type UsedPaths, usedPaths } from './trace.ts';

/** Why files cannot be traced on this machine, and what to do about it. */
export interface NoTrace {
  readonly reason: string;
}

export interface Traced<T> {
  readonly result: T;
  readonly used: UsedPaths;
}

/** What a program does with files and processes. */
const CALLS = '%file,%process,pivot_root,chroot,fchdir,bind';

/**
 * Runs containers with a runtime that strace starts.
 * @param directory in which the trace is written
 * @param run starts the containers with lamina, in the environment it gets
 */
export async function traced<T>(
  env: Environment,
  directory: string,
  run: (env: Environment) => Promise<T>,
): Promise<Traced<T> | NoTrace> {
  const strace = findProgram('strace', env);
  if (strace === undefined) {
    return { reason: 'strace is not installed, which shows the files that a program uses' };
  }
  const runtime = findProgram(env.LAMINA_RUNTIME || 'runc', env) ?? findProgram('crun', env);
  if (runtime === undefined) return { reason: 'there is no runc or crun to trace' };
  const output = join(directory, 'trace');
  await mkdir(output, { recursive: true });
  const program = join(directory, 'traced-runtime');
  const command = [strace, '-ff', '-qq', '-y', '-s', '4096', '--pidns-translation'];
  command.push('--signal=none', '-e', `trace=${CALLS}`);
  const words = command.map(shellQuoted).join(' ');
  const version = `[ "$1" != --version ] || exec ${shellQuoted(runtime)} "$@"`;
  // Process ids are those of a namespace: they repeat in each container.
  const own = `run=$(mktemp -d ${shellQuoted(join(output, 'run-XXXXXX'))}) || exit`;
  const start = `exec ${words} -o "$run/process" ${shellQuoted(runtime)} "$@"`;
  await writeFile(program, `#!/bin/sh\n${version}\n${own}\n${start}\n`, { mode: 0o700 });
  const result = await run({ ...env, LAMINA_RUNTIME: program });
  const runs = readdirSync(output).map((name) => usedPaths(readTexts(join(output, name))));
  const used: UsedPaths = {
    found: new Set(runs.flatMap(({ found }) => [...found])),
    started: new Set(runs.flatMap(({ started }) => [...started])),
  };
  return used.found.size === 0
    ? { reason: 'strace saw no process in the container' }
    : { result, used };
}

function readTexts(directory: string): ReadonlyMap<number, string> {
  const names = readdirSync(directory);
  return new Map(
    names.map((name) => [
      Number(name.slice(name.lastIndexOf('.') + 1)),
      readFileSync(join(directory, name), 'latin1'),
    ]),
  );
}

function shellQuoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
