/** Runs the program `shellcheck`, which gets scripts on its standard input. */
import { spawn } from 'node:child_process';
import type { Environment } from '../../environment.ts';
import { findProgram } from '../../system/index.ts';

/** A comment of ShellCheck; lines and columns count from 1, columns in code points. */
export interface ShellComment {
  readonly line: number;
  readonly endLine: number;
  readonly column: number;
  readonly endColumn: number;
  readonly level: 'error' | 'warning' | 'info' | 'style';
  readonly code: number;
  readonly message: string;
  readonly fix: { readonly replacements: readonly ShellReplacement[] } | null;
}

export interface ShellReplacement {
  readonly line: number;
  readonly endLine: number;
  readonly column: number;
  readonly endColumn: number;
  readonly replacement: string;
}

/** Checks a script. Undefined if the program fails, which one of another version may. */
export type ShellCheck = (
  script: string,
  signal?: AbortSignal,
) => Promise<readonly ShellComment[] | undefined>;

/**
 * About ash, about files that the script sources, and about lines that lamina writes before the script.
 */
const EXCLUDED = 'SC1090,SC1091,SC1128,SC2187';

/** The program of this machine; undefined if there is none. */
export function findShellCheck(env: Environment): ShellCheck | undefined {
  const program = findProgram('shellcheck', env);
  if (program === undefined) return undefined;
  return (script, signal) => run(program, script, { env, signal });
}

interface RunOptions {
  readonly env: Environment;
  readonly signal: AbortSignal | undefined;
}

function run(
  program: string,
  script: string,
  { env, signal }: RunOptions,
): Promise<readonly ShellComment[] | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly ShellComment[] | undefined>();
  const args = ['--norc', '--format=json1', `--exclude=${EXCLUDED}`, '-'];
  // A UTF-8 locale: in another the program stops at the first letter beyond ASCII.
  const child = spawn(program, args, {
    env: { PATH: env.PATH, HOME: env.HOME, LC_ALL: 'C.UTF-8' },
    stdio: ['pipe', 'pipe', 'ignore'],
    ...(signal && { signal }),
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('error', (error) => (signal?.aborted === true ? reject(error) : resolve(undefined)));
  child.on('close', () => resolve(commentsIn(Buffer.concat(chunks).toString('utf8'))));
  child.stdin.on('error', () => undefined);
  child.stdin.end(script);
  return promise;
}

function commentsIn(output: string): readonly ShellComment[] | undefined {
  try {
    const { comments } = JSON.parse(output) as { comments?: readonly ShellComment[] };
    return Array.isArray(comments) ? comments : undefined;
  } catch {
    return undefined;
  }
}
