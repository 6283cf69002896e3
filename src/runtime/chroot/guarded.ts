/** One process under a guard, from its start to the end of all its children. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fsPath } from '../../system/index.ts';
import {
  type GuardedProcess,
  guardCalls,
  guardedEnd,
  isStarted,
  launchFailure,
  REPORT_FD,
  STATUS_FD,
  syscallProgram,
} from '../builtin/index.ts';
import { readToEnd, SIGNALLED, sendSignal } from '../streams/index.ts';

const KILL_INTERVAL_MS = 5;
const WATCH_INTERVAL_MS = 20;

export class Guarded {
  #guard: ChildProcess | undefined;
  #pid: number | undefined;
  #isTraced = false;
  #isKilled = false;
  #early: NodeJS.Signals[] = [];

  /**
   * @param path of a file that is made for the start. Latin1 bytes
   * @returns the exit code, or 128 and the signal's number, when no process is left
   * @throws AppError when the program could not be started
   */
  async run(
    path: string,
    process_: GuardedProcess,
    stdio: readonly (number | 'ignore')[],
  ): Promise<number> {
    const program = syscallProgram(process.arch, guardCalls(process_));
    writeFileSync(fsPath(path), program.file, { mode: 0o700 });
    const guard = spawn(Buffer.from(path, 'latin1').toString(), [], {
      stdio: [...stdio, 'pipe', 'pipe'],
      env: {},
    });
    this.#guard = guard;
    const exited = once(guard, 'exit');
    const status = readToEnd(guard, STATUS_FD);
    status.catch(() => {});
    const report = program.read(await readToEnd(guard, REPORT_FD));
    rmSync(fsPath(path), { force: true });
    this.#pid = report.pid;
    this.#isTraced = process_.isTraced === true;
    if (this.#isKilled) this.kill();
    this.#sendEarly();
    const watch = process_.isTraced === true ? this.#watchTraced(guard) : undefined;
    const end = guardedEnd(await status);
    clearInterval(watch);
    await this.#killRest(guard, exited);
    this.#pid = undefined;
    if (!isStarted(report)) throw launchFailure(report, process_.process.args[0] ?? '');
    if (end === undefined) return SIGNALLED + 9;
    return end.kind === 'exited' ? end.number : SIGNALLED + end.number;
  }

  /** Ends the process; `run` ends its children. */
  kill(): void {
    this.#isKilled = true;
    sendSignal(this.#pid, 'SIGKILL');
  }

  /** Passes a signal to the process, as soon as there is one. */
  signal(signal: NodeJS.Signals): void {
    const pid = this.#receiver();
    if (pid !== undefined) sendSignal(pid, signal);
    else if (this.#guard?.exitCode === null || this.#guard === undefined) this.#early.push(signal);
  }

  /** A tracer takes signals for itself, and passes none on. */
  #receiver(): number | undefined {
    return this.#isTraced && this.#pid !== undefined ? childrenOf(this.#pid)[0] : this.#pid;
  }

  #sendEarly(): void {
    if (this.#receiver() === undefined) return;
    for (const signal of this.#early.splice(0)) this.signal(signal);
  }

  /**
   * When the process has ended, its tracer waits for those that it left behind, which belong to the guard now: they end.
   */
  #watchTraced(guard: ChildProcess): NodeJS.Timeout {
    return setInterval(() => {
      this.#sendEarly();
      const tracer = this.#pid;
      if (tracer === undefined || descendantsOf(tracer).some(isRunning)) return;
      for (const pid of descendantsOf(guard.pid ?? 0)) {
        if (pid !== tracer) sendSignal(pid, 'SIGKILL');
      }
    }, WATCH_INTERVAL_MS);
  }

  /** Until the guard has no children: it waits for all of them, and is told of each that loses its parent. */
  async #killRest(guard: ChildProcess, exited: Promise<unknown>): Promise<void> {
    let isOver = false;
    const over = exited.then(() => {
      isOver = true;
    });
    while (!isOver) {
      for (const pid of descendantsOf(guard.pid ?? 0)) sendSignal(pid, 'SIGKILL');
      await Promise.race([over, delay(KILL_INTERVAL_MS)]);
    }
  }
}

/** The processes that another has started, oldest first. */
function childrenOf(parent: number): readonly number[] {
  return allChildren().get(parent) ?? [];
}

function allChildren(): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const parent = Number.isInteger(pid) ? parentOf(pid) : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  return children;
}

/** All processes below another. */
export function descendantsOf(ancestor: number): readonly number[] {
  const children = allChildren();
  const found: number[] = [];
  for (let next: readonly number[] = [ancestor]; next.length > 0; ) {
    next = next.flatMap((pid) => children.get(pid) ?? []);
    found.push(...next);
  }
  return found;
}

function parentOf(pid: number): number | undefined {
  const parent = statOf(pid)?.[1];
  return parent === undefined ? undefined : Number(parent);
}

/** Whether a process is there and no zombie. */
function isRunning(pid: number): boolean {
  const state = statOf(pid)?.[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** State, parent, …; the name before them, in parentheses, may contain anything. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
