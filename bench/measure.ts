/** Runs one command and measures it from outside. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { constants } from 'node:os';

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
}

export interface Measurement {
  readonly seconds: number;
  /** Kilobytes of the largest process of the command; undefined when nothing here can tell. */
  readonly peakKb: number | undefined;
}

export interface RunSettings {
  /** Milliseconds after which the command is ended; the measurement fails then. */
  readonly timeout?: number | undefined;
  /** Whether to find out the peak memory, which puts another small process around the command. */
  readonly memory?: { readonly reportFile: string } | undefined;
}

/** GNU time asks the kernel, through wait4, for the largest resident set of the processes it waited for. */
const GNU_TIME = '/usr/bin/time';

/**
 * Runs a command that has to succeed.
 * @throws Error with the end of its output when it fails or takes too long
 */
export async function run(command: Command, settings: RunSettings = {}): Promise<Measurement> {
  const report = existsSync(GNU_TIME) ? settings.memory?.reportFile : undefined;
  const [program, args] =
    report === undefined
      ? [command.program, command.args]
      : [GNU_TIME, ['-q', '-o', report, '-f', '%M', command.program, ...command.args]];
  const started = process.hrtime.bigint();
  await execute({ ...command, program, args }, settings.timeout);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  return { seconds, peakKb: report === undefined ? undefined : takeNumber(report) };
}

function execute(command: Command, timeout: number | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command.program, command.args, {
      cwd: command.cwd,
      env: { ...process.env, ...command.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      if (child.pid !== undefined) process.kill(-child.pid, constants.signals.SIGKILL);
    }, timeout ?? 600_000);
    let output = '';
    const keep = (data: Buffer): void => {
      output = (output + data.toString('utf8')).slice(-4000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', reject);
    child.on('close', (status) => {
      clearTimeout(timer);
      if (late) reject(new TooSlow(timeout ?? 600_000));
      else if (status === 0) resolve();
      else reject(new Error(`${command.program} ended with ${status}: ${lastLines(output)}`));
    });
  });
}

/** A command that was ended because it took too long. */
export class TooSlow extends Error {
  readonly seconds: number;

  constructor(milliseconds: number) {
    super(`ended after ${milliseconds / 1000} s`);
    this.name = 'TooSlow';
    this.seconds = milliseconds / 1000;
  }
}

function lastLines(output: string): string {
  return output.trimEnd().split('\n').slice(-4).join('\n');
}

function takeNumber(path: string): number | undefined {
  const value = Number(readFileSync(path, 'utf8').trim().split('\n').at(-1));
  rmSync(path, { force: true });
  return Number.isFinite(value) ? value : undefined;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
