/** Runs one container from its specification to its end, inside the runner. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, readFileSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import { type Readable, Transform } from 'node:stream';
import { serialiseOciSpec } from './oci-spec.ts';
import type { OciSpec } from './oci-types.ts';
import type { RunnerSettings } from './protocol.ts';
import type { Cgroup } from './runner-cgroup.ts';
import { type ChildPipe, inputPipe, outputPipe } from './runner-pipes.ts';
import { RuntimeLog, startFailure } from './runtime-failure.ts';
import type { ProcessResult } from './spec.ts';

/** Where a container's streams lead. */
export interface ContainerStreams {
  /** Takes all that the process writes; resolves when it has all of it. */
  readonly stdout: (stream: Readable) => Promise<void>;
  readonly stderr: (stream: Readable) => Promise<void>;
  /** Feeds standard input until the stream closes; without it the process reads nothing. */
  readonly stdin?: ((stream: Socket) => void) | undefined;
}

const KILL_INTERVAL = 10;
/** After so many attempts the runtime itself is killed. */
const KILL_PATIENCE = 50;

export class Container {
  readonly #base: string;
  readonly #cgroup: Cgroup;
  readonly #log: RuntimeLog;
  #child: ChildProcess | undefined;
  #killer: NodeJS.Timeout | undefined;
  #over = false;

  /** @param base the bundle: a directory of ours */
  constructor(base: string, cgroup: Cgroup) {
    this.#base = base;
    this.#cgroup = cgroup;
    this.#log = new RuntimeLog(`${base}/log`);
  }

  /**
   * @param streams undefined: the runner's own standard streams, for a terminal
   * @returns when the process has ended and all its output was taken
   * @throws AppError when the runtime could not start it
   */
  async run(
    spec: OciSpec,
    runtime: RunnerSettings['runtime'],
    streams: ContainerStreams | undefined,
  ): Promise<ProcessResult> {
    writeFileSync(`${this.#base}/config.json`, serialiseOciSpec(spec));
    try {
      const taken = streams
        ? this.#spawnWithPipes(runtime, streams)
        : this.#spawn(runtime, INHERIT);
      const [exitCode, signal] = await this.#ended();
      await taken;
      return this.#result(exitCode ?? signalStatus(signal), spec);
    } finally {
      this.#over = true;
      clearInterval(this.#killer);
      this.#cgroup.remove();
    }
  }

  /** Ends every process of the container. Repeated until it is over, since it may just be starting. */
  kill(): void {
    if (this.#killer || this.#over) return;
    let attempts = 0;
    const attempt = () => {
      attempts += 1;
      this.#cgroup.kill();
      killProcess(this.#initPid(), 'SIGKILL');
      if (attempts > KILL_PATIENCE) this.#child?.kill('SIGKILL');
    };
    attempt();
    this.#killer = setInterval(attempt, KILL_INTERVAL);
  }

  /** Passes a signal on; both runtimes forward what they get. */
  signal(signal: NodeJS.Signals): void {
    if (!this.#over) this.#child?.kill(signal);
  }

  #spawn(runtime: RunnerSettings['runtime'], stdio: ('ignore' | 'inherit' | number)[]): void {
    const base = this.#base;
    const options = ['--root', 'state', '--log', this.#log.path, '--log-format', 'json'];
    const run = ['run', '--bundle', base, '--pid-file', `${base}/pid`, base.replaceAll('/', '-')];
    this.#child = spawn(runtime.path, [...options, ...run], { stdio });
  }

  async #spawnWithPipes(
    runtime: RunnerSettings['runtime'],
    streams: ContainerStreams,
  ): Promise<void> {
    const stdout = outputPipe(`${this.#base}/stdout`);
    const stderr = outputPipe(`${this.#base}/stderr`);
    const stdin = streams.stdin ? inputPipe(`${this.#base}/stdin`) : undefined;
    this.#spawn(runtime, [stdin?.childFd ?? 'ignore', stdout.childFd, stderr.childFd]);
    for (const pipe of [stdout, stderr, stdin]) if (pipe) closeSync(pipe.childFd);
    if (stdin) this.#feed(stdin, streams);
    const log = this.#log;
    const filter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        done(null, log.withoutErrors(chunk));
      },
    });
    stderr.stream.pipe(filter);
    await Promise.all([streams.stdout(stdout.stream), streams.stderr(filter)]);
  }

  #feed({ stream }: ChildPipe, { stdin }: ContainerStreams): void {
    // The process may close its end at any time, and need not read all.
    stream.on('error', () => stream.destroy());
    this.#child?.once('exit', () => stream.destroy());
    stdin?.(stream);
  }

  async #ended(): Promise<[number | null, NodeJS.Signals | null]> {
    if (!this.#child) throw new Error('not started');
    const [code, signal] = await once(this.#child, 'exit');
    return [code, signal];
  }

  #result(exitCode: number, spec: OciSpec): ProcessResult {
    const [failure] = exitCode === 0 ? [] : this.#log.errors();
    if (failure !== undefined) throw startFailure(failure, spec.process.args);
    const oomKilled = exitCode !== 0 && this.#cgroup.oomKilled(exitCode);
    return { exitCode, signal: signalName(exitCode - 128), oomKilled };
  }

  #initPid(): number | undefined {
    try {
      const pid = Number(readFileSync(`${this.#base}/pid`, 'utf8'));
      return pid > 1 ? pid : undefined;
    } catch {
      return undefined;
    }
  }
}

const INHERIT: ('inherit' | number)[] = ['inherit', 'inherit', 'inherit'];

function killProcess(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone.
  }
}

function signalStatus(signal: NodeJS.Signals | null): number {
  return 128 + (signal ? constants.signals[signal] : 0);
}

function signalName(number: number): string | undefined {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
}
