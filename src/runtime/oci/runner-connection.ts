/** The runner as a child process, seen from lamina. */
import type { ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import type { Environment } from '../../environment.ts';
import { AbortedError, AppError } from '../../errors.ts';
import type { NetworkTool } from '../network/index.ts';
import type { OnOutput, ProcessResult, ProcessSpec } from '../process/index.ts';
import { refusedNamespaces } from './privileges.ts';
import {
  type Command,
  type Frame,
  FrameReader,
  type Launcher,
  messageFrame,
  type Report,
  type ReportedError,
  type StdioMode,
} from './protocol.ts';
import { spawnRunner } from './spawn-runner.ts';

export interface ConnectionOptions {
  readonly stateDirectory: string;
  readonly env: Environment;
  readonly stdio: StdioMode;
  /** Whether the runner has namespaces, which end what it leaves. Without, it needs time to clean up. */
  readonly isNamespaced: boolean;
  /** Found while the runner starts. */
  readonly launcher: Promise<Launcher>;
}

export interface ConnectionRunOptions {
  readonly onOutput: OnOutput | undefined;
  readonly signal: AbortSignal;
  /** With lamina's own standard streams: standard input too. */
  readonly interactive: boolean;
  /** For a private network. */
  readonly networkTool: NetworkTool | undefined;
}

interface Pending {
  readonly onOutput: OnOutput | undefined;
  readonly resolve: (result: ProcessResult | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Milliseconds that a killed container may take to end before the caller is told so anyway. */
const ABORT_TIMEOUT = 800;
/** Milliseconds that the runner may take to exit normally: with namespaces, and without. */
const CLOSE_TIMEOUT = 2000;
const CLEANUP_TIMEOUT = 60_000;
const ERROR_TAIL = 4096;
/** The number of the runner itself, instead of a container's. */
const RUNNER = 0;

export class RunnerConnection {
  readonly #stdio: StdioMode;
  readonly #closeTimeout: number;
  readonly #child: ChildProcess;
  readonly #control: Duplex;
  readonly #pending = new Map<number, Pending>();
  readonly #gone: Promise<unknown>;
  #lastId = RUNNER;
  #errorTail = '';
  #ready = false;
  #lost = false;

  private constructor(
    { child, control }: { child: ChildProcess; control: Duplex },
    { stdio, isNamespaced }: Pick<ConnectionOptions, 'stdio' | 'isNamespaced'>,
  ) {
    this.#stdio = stdio;
    this.#closeTimeout = isNamespaced ? CLOSE_TIMEOUT : CLEANUP_TIMEOUT;
    this.#child = child;
    this.#control = control;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    const closed = new Promise((resolve) => control.once('close', resolve));
    this.#gone = Promise.all([exited, closed]);
    const reader = new FrameReader((frame) => this.#take(frame));
    control.on('data', (chunk: Buffer) => reader.push(chunk));
    control.on('error', () => control.destroy());
    control.once('close', () => this.#lose());
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errorTail = (this.#errorTail + text).slice(-ERROR_TAIL);
    });
  }

  /** @throws AppError RUNTIME_TOOLS_MISSING, RUNTIME_LOST, and the rejection of `launcher` */
  static async open(options: ConnectionOptions): Promise<RunnerConnection> {
    options.launcher.catch(() => {});
    const connection = new RunnerConnection(await spawnRunner(options), options);
    try {
      const launcher = await options.launcher;
      const settings = { stateDirectory: options.stateDirectory, launcher };
      await connection.#ask(RUNNER, { kind: 'start', settings }, undefined);
      connection.#ready = true;
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** @throws AppError from the runner, RUNTIME_LOST, AbortedError */
  async run(spec: ProcessSpec, options: ConnectionRunOptions): Promise<ProcessResult> {
    const { onOutput, signal, interactive, networkTool } = options;
    this.#lastId += 1;
    const id = this.#lastId;
    let timeout: NodeJS.Timeout | undefined;
    const onAbort = () => {
      this.#send({ kind: 'kill', id });
      timeout = setTimeout(() => this.#pending.get(id)?.reject(new AbortedError()), ABORT_TIMEOUT);
    };
    signal.addEventListener('abort', onAbort);
    try {
      const how = { stdio: this.#stdio, interactive, networkTool };
      const result = await this.#ask(id, { kind: 'run', id, spec, ...how }, onOutput);
      if (signal.aborted) throw new AbortedError();
      if (result === undefined) throw new Error('a container ended without a result');
      return result;
    } catch (error) {
      throw signal.aborted ? new AbortedError() : error;
    } finally {
      signal.removeEventListener('abort', onAbort);
      clearTimeout(timeout);
      if (signal.aborted) this.#pending.delete(id);
    }
  }

  /**
   * Passes a signal to all containers.
   * @returns whether there are any
   */
  forward(signal: NodeJS.Signals): boolean {
    for (const id of this.#pending.keys()) this.#send({ kind: 'signal', id, signal });
    return this.#pending.size > 0;
  }

  /** Ends all containers; resolves when the runner and all its mounts are gone. */
  async close(): Promise<void> {
    this.#control.end();
    // Killing the outer process makes the kernel kill the runner, and with it its pid namespace.
    const timeout = setTimeout(() => this.#child.kill('SIGKILL'), this.#closeTimeout);
    await this.#gone;
    clearTimeout(timeout);
  }

  #ask(
    id: number,
    command: Command,
    onOutput: OnOutput | undefined,
  ): Promise<ProcessResult | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#lost) return reject(this.#lostError());
      this.#pending.set(id, { onOutput, resolve, reject });
      this.#send(command);
    });
  }

  #send(command: Command): void {
    if (!this.#control.destroyed) this.#control.write(messageFrame(command));
  }

  #take({ kind, id, payload }: Frame): void {
    if (kind !== 'message') {
      this.#pending.get(id)?.onOutput?.(kind, payload);
      return;
    }
    const report: Report = JSON.parse(payload.toString());
    const about = report.kind === 'ready' ? RUNNER : report.id;
    const pending = this.#pending.get(about);
    this.#pending.delete(about);
    if (report.kind === 'failed') pending?.reject(toError(report.error));
    else pending?.resolve(report.kind === 'exited' ? report.result : undefined);
  }

  #lose(): void {
    this.#lost = true;
    for (const { reject } of this.#pending.values()) reject(this.#lostError());
    this.#pending.clear();
  }

  #lostError(): AppError {
    const said = this.#errorTail.trim();
    const refused = refusedNamespaces(said);
    if (refused !== undefined) return refused;
    const reason = said === '' ? '' : `: ${said}`;
    const hint = 'lamina needs setpriv and unshare from util-linux: apt-get install util-linux';
    const message = `the process that runs containers exited early${reason}`;
    return new AppError('RUNTIME_LOST', message, { hint: this.#ready ? undefined : hint });
  }
}

function toError({ code, message, hint }: ReportedError): AppError {
  return new AppError(code, message, { hint });
}
