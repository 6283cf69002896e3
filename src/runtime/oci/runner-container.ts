/** Runs one container from its specification to its end, inside the runner. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fchownSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { Transform } from 'node:stream';
import type { AppError } from '../../errors.ts';
import { startChild } from '../../system/index.ts';
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
import { serialiseOciSpec } from './oci-spec.ts';
import type { Launcher } from './protocol.ts';
import { runOnMadeTerminal } from './runner-made-terminal.ts';
import type { Reaper } from './runner-reaper.ts';
import { canStart, Starter } from './runner-starter.ts';
import { UntypedTerminal } from './runner-terminal.ts';
import { RuntimeLog, startFailure } from './runtime-failure.ts';

/** A process with the runner's means, from its start to its end. */
export interface RunnerProcess {
  /**
   * @param streams destinations of its streams, or how it uses the runner's own terminal
   * @returns when the process has ended and all its output has been received
   * @throws AppError when it could not be started
   */
  run(spec: OciSpec, streams: ContainerStreams | OwnTerminal): Promise<ProcessResult>;
  /** Ends every process of the container. */
  kill(): void;
  /** Passes a signal to the first process, as soon as there is one. */
  signal(signal: NodeJS.Signals): void;
}

export interface ContainerTools {
  readonly runtime: Extract<Launcher, { kind: 'program' }>;
  readonly cgroup: Cgroup;
  readonly reaper: Reaper;
}

const KILL_INTERVAL = 10;
/** Number of attempts after which the runtime itself is killed. */
const KILL_ATTEMPTS = 50;
const STATE = 'state';

export class Container implements RunnerProcess {
  readonly #base: string;
  readonly #tools: ContainerTools;
  readonly #log: RuntimeLog;
  #runtimePid: number | undefined;
  #initPid: number | undefined;
  #early: NodeJS.Signals[] = [];
  #killer: NodeJS.Timeout | undefined;
  #terminal = false;
  #over = false;

  /** @param base the bundle: a directory of ours */
  constructor(base: string, tools: ContainerTools) {
    this.#base = base;
    this.#tools = tools;
    this.#log = new RuntimeLog(`${base}/log`);
  }

  async run(spec: OciSpec, streams: ContainerStreams | OwnTerminal): Promise<ProcessResult> {
    try {
      const exitCode =
        'stdout' in streams
          ? await this.#runDetached(spec, streams)
          : await this.#runOnTerminal(spec, streams);
      const oomKilled = exitCode !== 0 && this.#tools.cgroup.oomKilled(exitCode);
      return { exitCode, signal: signalName(exitCode - SIGNALLED), oomKilled };
    } finally {
      this.#over = true;
      clearInterval(this.#killer);
      this.#tools.cgroup.remove();
      rmSync(`${STATE}/${this.#base}`, { recursive: true, force: true });
    }
  }

  /** Repeats until all are gone, since some may just be starting. */
  kill(): void {
    if (this.#killer || this.#over) return;
    let attempts = 0;
    const attempt = () => {
      attempts += 1;
      this.#tools.cgroup.kill();
      sendSignal(this.#initPid ?? this.#readInitPid(), 'SIGKILL');
      if (attempts > KILL_ATTEMPTS) sendSignal(this.#runtimePid, 'SIGKILL');
    };
    attempt();
    this.#killer = setInterval(attempt, KILL_INTERVAL);
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#over) return;
    if (this.#terminal) {
      // The runtime itself needs the terminal's size; runc does not pass on all other signals.
      const init = signal === 'SIGWINCH' ? undefined : this.#readInitPid();
      sendSignal(init ?? this.#runtimePid, signal);
    } else if (this.#initPid === undefined) this.#early.push(signal);
    else sendSignal(this.#initPid, signal);
  }

  /**
   * The runtime exits as soon as the process runs: its memory is free again, and nothing is between the process and its
   * pipes.
   */
  async #runDetached(spec: OciSpec, streams: ContainerStreams): Promise<number> {
    const hasStarter = spec.linux.seccomp !== undefined && canStart(this.#tools.runtime);
    using starter = hasStarter ? new Starter(this.#base, spec) : undefined;
    this.#describe(starter?.spec ?? spec);
    const { uid } = spec.process.user;
    const stdout = outputPipe(`${this.#base}/stdout`);
    const stderr = outputPipe(`${this.#base}/stderr`);
    const stdin = streams.stdin ? inputPipe(`${this.#base}/stdin`) : undefined;
    const fds = [stdin?.childFd ?? 'ignore', stdout.childFd, stderr.childFd] as const;
    // The starter becomes the user after the runtime has passed the streams on.
    if (starter && uid !== 0) for (const fd of fds) if (fd !== 'ignore') fchownSync(fd, uid, 0);
    const own = starter?.fds ?? [];
    const preserved = starter ? ['--preserve-fds', String(own.length)] : [];
    const started = this.#start(['--detach', ...preserved], [...fds, ...own]);
    for (const pipe of [stdout, stderr, stdin]) if (pipe) closeSync(pipe.childFd);
    // The process may close its end at any time, and need not read everything.
    stdin?.stream.on('error', () => stdin.stream.destroy());
    if (stdin) streams.stdin?.(stdin.stream);
    const filtered = stderr.stream.pipe(this.#withoutRuntimeErrors());
    const taken = Promise.all([streams.stdout(stdout.stream), streams.stderr(filtered)]);
    try {
      if ((await started) !== 0) throw this.#startFailure(spec);
      const exitCode = await this.#ended();
      const failure = starter?.failure();
      if (failure === undefined) return exitCode;
      throw failure === 'unknown' ? this.#startFailure(spec) : failure;
    } finally {
      stdin?.stream.destroy();
      await taken;
    }
  }

  /** The runtime stays to connect the two terminals. */
  async #runOnTerminal(spec: OciSpec, { interactive, made }: OwnTerminal): Promise<number> {
    this.#describe(spec);
    this.#terminal = true;
    // crun wants a terminal as its standard input, too, and would read from it.
    const needsOwn = made || (this.#tools.runtime.name === 'crun' && !interactive);
    const exitCode = needsOwn
      ? await runOnMadeTerminal((slave) => this.#spawn([slave, slave, slave]))
      : await this.#runOnOwnTerminal(interactive);
    if (exitCode !== 0 && this.#log.errors().length > 0) throw this.#startFailure(spec);
    return exitCode;
  }

  async #runOnOwnTerminal(interactive: boolean): Promise<number> {
    using _terminal = UntypedTerminal.watch(interactive);
    return await this.#spawn([interactive ? 'inherit' : 'ignore', 'inherit', 'inherit']);
  }

  #describe(spec: OciSpec): void {
    writeFileSync(`${this.#base}/config.json`, serialiseOciSpec(spec));
  }

  /** @returns the runtime's exit code, after it has started a process on its own */
  async #start(options: readonly string[], fds: readonly ('ignore' | number)[]): Promise<number> {
    const [program = '', ...args] = this.#command(options);
    const pid = startChild({ program, args, env: ownEnvironment(), fds });
    this.#runtimePid = pid;
    const status = await this.#tools.reaper.wait(pid);
    this.#runtimePid = undefined;
    return status.kind === 'exited' ? status.exitCode : SIGNALLED + status.signal;
  }

  /** @returns the runtime's exit code, which is that of the process */
  async #spawn(stdio: readonly ('ignore' | 'inherit' | number)[]): Promise<number> {
    const [program = '', ...args] = this.#command([]);
    const runtime = spawn(program, args, { stdio: [...stdio] });
    this.#runtimePid = runtime.pid;
    const [code, signal] = await once(runtime, 'exit');
    this.#runtimePid = undefined;
    return code ?? SIGNALLED + (constants.signals[signal as NodeJS.Signals] ?? 0);
  }

  #command(options: readonly string[]): string[] {
    // Absolute paths: crun goes into the bundle before it opens files.
    const here = process.cwd();
    const base = `${here}/${this.#base}`;
    const log = ['--log', `${here}/${this.#log.path}`, '--log-format', 'json'];
    const files = ['--bundle', base, '--pid-file', `${base}/pid`];
    const args = ['--root', `${here}/${STATE}`, ...log, 'run', ...options, ...files, this.#base];
    const { runtime, cgroup } = this.#tools;
    return [...cgroup.launcher, runtime.path, ...args];
  }

  async #ended(): Promise<number> {
    const pid = this.#readInitPid();
    if (pid === undefined) throw new Error('the runtime told no process id');
    this.#initPid = pid;
    for (const signal of this.#early.splice(0)) sendSignal(pid, signal);
    const status = await this.#tools.reaper.wait(pid);
    this.#over = true;
    return status.kind === 'exited' ? status.exitCode : SIGNALLED + status.signal;
  }

  #withoutRuntimeErrors(): Transform {
    const log = this.#log;
    return new Transform({
      transform(chunk: Buffer, _encoding, done) {
        done(null, log.withoutErrors(chunk));
      },
    });
  }

  #startFailure({ process: { args } }: OciSpec): AppError {
    const [program = ''] = args;
    const [message = `${this.#tools.runtime.name} failed without a message`] = this.#log.errors();
    return startFailure(message, program);
  }

  #readInitPid(): number | undefined {
    try {
      const pid = Number(readFileSync(`${this.#base}/pid`, 'utf8'));
      return pid > 1 ? pid : undefined;
    } catch {
      return undefined;
    }
  }
}

/** What the runner was started with. */
function ownEnvironment(): string[] {
  const lines = readFileSync('/proc/self/environ', 'utf8').split('\0');
  return lines.filter((line) => line !== '');
}
