/** Runs a command and measures it from outside. */
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
  readonly usage: Usage | undefined;
}

/** What the kernel recorded about a finished command, or about a daemon that worked for it. */
export interface Usage {
  /** Seconds of CPU time of all processes. */
  readonly cpuSeconds: number;
  /** Memory of the largest process, in kilobytes. */
  readonly peakKb: number;
}

export interface RunSettings {
  /** Milliseconds after which the command is stopped and the measurement fails. */
  readonly timeout?: number | undefined;
  /** File for the resource usage of the command; adds a small wrapper process. */
  readonly usageFile?: string | undefined;
}

/** GNU time gets it from wait4. */
const GNU_TIME = '/usr/bin/time';

/**
 * Runs a command that must succeed.
 * @throws Error with the end of its output if it fails or takes too long
 */
export async function run(command: Command, settings: RunSettings = {}): Promise<Measurement> {
  const report = existsSync(GNU_TIME) ? settings.usageFile : undefined;
  const [program, args] =
    report === undefined
      ? [command.program, command.args]
      : [GNU_TIME, ['-q', '-o', report, '-f', '%M %U %S', command.program, ...command.args]];
  const started = process.hrtime.bigint();
  await execute({ ...command, program, args }, settings.timeout);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  return { seconds, usage: report === undefined ? undefined : takeUsage(report) };
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

/** A command that was stopped because it took too long. */
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

function takeUsage(path: string): Usage | undefined {
  const last = readFileSync(path, 'utf8').trim().split('\n').at(-1) ?? '';
  rmSync(path, { force: true });
  const [peakKb = Number.NaN, user = Number.NaN, system = Number.NaN] = last.split(' ').map(Number);
  return Number.isFinite(peakKb + user + system)
    ? { peakKb, cpuSeconds: user + system }
    : undefined;
}

/** The sum of several commands run one after the other. */
export function addUsage(a: Usage | undefined, b: Usage | undefined): Usage | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return {
    cpuSeconds: a.cpuSeconds + b.cpuSeconds,
    peakKb: Math.max(a.peakKb, b.peakKb),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
