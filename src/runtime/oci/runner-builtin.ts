/** Runs one process without an OCI runtime, from the same specification, inside the runner. */
import { chownSync, closeSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { makeNode, startChild } from '../../system/index.ts';
import {
  isStarted,
  type LaunchHost,
  launchCalls,
  launchFailure,
  syscallProgram,
} from '../builtin/index.ts';
import type { Cgroup } from '../cgroups/index.ts';
import type { OciSpec } from '../process/oci-types.ts';
import type { ProcessResult } from '../process/spec.ts';
import {
  type ContainerStreams,
  inputPipe,
  type OwnTerminal,
  outputPipe,
  SIGNALLED,
  sendSignal,
  signalName,
} from '../streams/index.ts';
import { BuiltinTerminal } from './runner-builtin-terminal.ts';
import type { RunnerProcess } from './runner-container.ts';
import type { Reaper } from './runner-reaper.ts';
import { ReportFile } from './runner-report.ts';

export interface BuiltinTools {
  readonly cgroup: Cgroup;
  readonly reaper: Reaper;
  /** Whether nothing can be written in the root file system itself. */
  readonly readonlyRoot: boolean;
}

export class BuiltinContainer implements RunnerProcess {
  readonly #base: string;
  readonly #tools: BuiltinTools;
  #pid: number | undefined;
  #killed = false;
  #early: NodeJS.Signals[] = [];
  #over = false;
  #terminal: BuiltinTerminal | undefined;

  /** @param base the bundle: a directory of ours */
  constructor(base: string, tools: BuiltinTools) {
    this.#base = base;
    this.#tools = tools;
  }

  async run(spec: OciSpec, streams: ContainerStreams | OwnTerminal): Promise<ProcessResult> {
    try {
      const exitCode =
        'stdout' in streams
          ? await this.#runWithPipes(spec, streams)
          : await this.#runOnTerminal(spec, streams);
      const oomKilled = exitCode !== 0 && this.#tools.cgroup.oomKilled(exitCode);
      return { exitCode, signal: signalName(exitCode - SIGNALLED), oomKilled };
    } finally {
      this.#over = true;
      this.#tools.cgroup.remove();
    }
  }

  /** All processes end with the first one of their pid namespace. */
  kill(): void {
    if (this.#over) return;
    // While it starts, only the launcher knows its id, and must tell.
    this.#killed = true;
    sendSignal(this.#pid, 'SIGKILL');
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#over) return;
    if (signal === 'SIGWINCH') this.#terminal?.resize();
    if (this.#pid === undefined) this.#early.push(signal);
    else sendSignal(this.#pid, signal);
  }

  async #runWithPipes(spec: OciSpec, streams: ContainerStreams): Promise<number> {
    const stdout = outputPipe(`${this.#base}/stdout`);
    const stderr = outputPipe(`${this.#base}/stderr`);
    const stdin = streams.stdin ? inputPipe(`${this.#base}/stdin`) : undefined;
    const started = this.#start(spec, [stdin?.childFd, stdout.childFd, stderr.childFd]);
    for (const pipe of [stdout, stderr, stdin]) if (pipe) closeSync(pipe.childFd);
    // The process may close its end at any time, and need not read everything.
    stdin?.stream.on('error', () => stdin.stream.destroy());
    if (stdin) streams.stdin?.(stdin.stream);
    const taken = Promise.all([streams.stdout(stdout.stream), streams.stderr(stderr.stream)]);
    try {
      return await this.#ended(await started);
    } finally {
      stdin?.stream.destroy();
      await taken;
    }
  }

  async #runOnTerminal(spec: OciSpec, own: OwnTerminal): Promise<number> {
    const terminal = new BuiltinTerminal(this.#base, spec, own);
    this.#terminal = terminal;
    let hasRun = false;
    try {
      const pid = await this.#start(terminal.spec, [undefined, undefined, undefined]);
      hasRun = true;
      return await this.#ended(pid);
    } finally {
      await terminal.close(hasRun);
    }
  }

  async #ended(pid: number): Promise<number> {
    const status = await this.#tools.reaper.wait(pid);
    this.#over = true;
    return status.kind === 'exited' ? status.exitCode : SIGNALLED + status.signal;
  }

  /** @returns the process's id when its program runs */
  async #start(spec: OciSpec, fds: readonly (number | undefined)[]): Promise<number> {
    const path = `${this.#base}/start`;
    const program = syscallProgram(process.arch, launchCalls(spec, this.#host()));
    writeFileSync(path, program.file, { mode: 0o700 });
    using reports = new ReportFile(this.#base);
    const own = fds.map((fd) => fd ?? ('ignore' as const));
    const launcher = startChild({ program: path, args: [], env: [], fds: [...own, reports.fd] });
    await this.#tools.reaper.wait(launcher);
    const report = program.read(reports.read());
    rmSync(path);
    const { pid } = report;
    if (pid === undefined || !isStarted(report)) {
      if (pid !== undefined) await this.#tools.reaper.wait(pid);
      throw launchFailure(report, spec.process.args[0] ?? '');
    }
    this.#pid = pid;
    if (this.#killed) sendSignal(pid, 'SIGKILL');
    for (const signal of this.#early.splice(0)) sendSignal(pid, signal);
    return pid;
  }

  #host(): LaunchHost {
    const { cgroup, readonlyRoot } = this.#tools;
    let nodes = 0;
    return {
      bundle: this.#base,
      readonlyRoot,
      cgroupProcesses: cgroup.makeOwn(),
      isDirectory: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory(),
      nodeOf: ({ type, major, minor, fileMode, uid, gid }) => {
        nodes += 1;
        const path = `${this.#base}/device-${nodes}`;
        makeNode(path, { type: type === 'c' ? 'char' : 'block', mode: fileMode, major, minor });
        chownSync(path, uid, gid);
        return path;
      },
      lastCapability: Number(readFileSync('/proc/sys/kernel/cap_last_cap', 'utf8')),
    };
  }
}
