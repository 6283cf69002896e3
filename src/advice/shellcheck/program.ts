/** Runs the program `shellcheck` on scripts. */
import { spawn } from 'node:child_process';
import { type FileHandle, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mapParallel } from '../../concurrency/index.ts';
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

/** The comments on each script; none if the program fails, which one of another version may. */
export type ShellCheck = (
  scripts: readonly string[],
  signal?: AbortSignal,
) => Promise<readonly (readonly ShellComment[])[]>;

/** About ash, about files that the script sources, and about lines that lamina writes before the script. */
const EXCLUDED = 'SC1090,SC1091,SC1128,SC2187';
/** For one process: starting it takes as long as checking several scripts. */
const MOST_SCRIPTS = 12;
/** The descriptors before it are standard input, output and error. */
const FIRST_DESCRIPTOR = 3;

/** The program of this machine; undefined if there is none. */
export function findShellCheck(env: Environment): ShellCheck | undefined {
  const program = findProgram('shellcheck', env);
  if (program === undefined) return undefined;
  return async (scripts, signal) => {
    const groups = Array.from({ length: Math.ceil(scripts.length / MOST_SCRIPTS) }, (_, index) =>
      scripts.slice(index * MOST_SCRIPTS, (index + 1) * MOST_SCRIPTS),
    );
    const found = await mapParallel(groups, async (group) => {
      await using files = await unnamedFiles(group);
      const comments = await run(program, files.descriptors, { env, signal });
      return group.map((_, index) =>
        comments.filter(({ file }) => file === `/dev/fd/${index + FIRST_DESCRIPTOR}`),
      );
    });
    return found.flat();
  };
}

interface UnnamedFiles extends AsyncDisposable {
  readonly descriptors: readonly number[];
}

/** Texts as open files whose names are gone, so that nothing is left whatever happens. */
async function unnamedFiles(texts: readonly string[]): Promise<UnnamedFiles> {
  const directory = await mkdtemp(join(tmpdir(), 'lamina-lint-'));
  const handles: FileHandle[] = [];
  const close = async () => void (await Promise.all(handles.map((handle) => handle.close())));
  try {
    for (const [index, text] of texts.entries()) {
      const path = join(directory, String(index));
      await writeFile(path, text, { mode: 0o600 });
      handles.push(await open(path, 'r'));
    }
  } catch (error) {
    await close();
    throw error;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return { descriptors: handles.map(({ fd }) => fd), [Symbol.asyncDispose]: close };
}

interface RunOptions {
  readonly env: Environment;
  readonly signal: AbortSignal | undefined;
}

type FileComment = ShellComment & { readonly file: string };

function run(
  program: string,
  descriptors: readonly number[],
  { env, signal }: RunOptions,
): Promise<readonly FileComment[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly FileComment[]>();
  const files = descriptors.map((_, index) => `/dev/fd/${index + FIRST_DESCRIPTOR}`);
  const args = ['--norc', '--format=json1', `--exclude=${EXCLUDED}`, ...files];
  // A UTF-8 locale: in another the program stops at the first letter beyond ASCII.
  const child = spawn(program, args, {
    env: { PATH: env.PATH, HOME: env.HOME, LC_ALL: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'ignore', ...descriptors],
    ...(signal && { signal }),
  });
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('error', (error) => (signal?.aborted === true ? reject(error) : resolve([])));
  child.on('close', () => resolve(commentsIn(Buffer.concat(chunks).toString('utf8'))));
  return promise;
}

function commentsIn(output: string): readonly FileComment[] {
  try {
    const { comments } = JSON.parse(output) as { comments?: readonly FileComment[] };
    return Array.isArray(comments) ? comments : [];
  } catch {
    return [];
  }
}
