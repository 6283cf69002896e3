/** Limits for facts that another program, a disk or a network may never give. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Environment } from '../environment.ts';

/** Milliseconds for a fact of this machine. */
export const FACT_MS = 5_000;

/** @returns undefined if the work fails or takes longer than `milliseconds`; it goes on, unobserved */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, milliseconds, undefined);
  });
  try {
    return await Promise.race([work.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}

export interface ProgramOutcome {
  readonly succeeded: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program for at most `FACT_MS`; a program that does not start, or does not end, has failed. */
export async function runBriefly(
  program: string,
  args: readonly string[],
  options: { readonly env: Environment; readonly cwd?: string },
): Promise<ProgramOutcome> {
  const limits = { timeout: FACT_MS, killSignal: 'SIGKILL', encoding: 'utf8' } as const;
  const settings = { ...limits, ...options, env: { ...options.env, LC_ALL: 'C' } };
  try {
    return { succeeded: true, ...(await promisify(execFile)(program, args, settings)) };
  } catch (error) {
    const stderr =
      error instanceof Error && 'stderr' in error && typeof error.stderr === 'string'
        ? error.stderr
        : '';
    return { succeeded: false, stdout: '', stderr };
  }
}
