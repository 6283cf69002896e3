/**
 * Runs processes in containers. One helper process, the runner, does all that needs namespaces: it is the first
 * process of a pid namespace of its own and has a mount namespace of its own, so whatever happens to lamina, the
 * kernel leaves no process and no mount behind.
 */
import { AbortedError, AppError } from '../errors.ts';
import { jointSignal } from '../system/index.ts';
import { findRuntime } from './find-runtime.ts';
import { requirePrivileges } from './privileges.ts';
import type { StdioMode } from './protocol.ts';
import { RunnerConnection } from './runner-connection.ts';
import type { ProcessResult, ProcessSpec } from './spec.ts';

export interface SandboxOptions {
  /** An existing directory of ours, latin1 bytes; an empty directory `sandbox` is made in it. */
  readonly stateDirectory: string;
  /** Looked at for PATH and LAMINA_RUNTIME. */
  readonly env: NodeJS.ProcessEnv;
  /** Ends every process. */
  readonly signal?: AbortSignal | undefined;
}

export interface RunOptions {
  /** Everything the process writes, exactly, before `run` resolves. The bytes are the receiver's to keep. */
  readonly onOutput?: ((stream: 'stdout' | 'stderr', bytes: Buffer) => void) | undefined;
  /** Ends this process. */
  readonly signal?: AbortSignal | undefined;
}

/** How a process that has lamina's own standard streams is run: see `runForeground`. */
export interface ForegroundMode {
  readonly interactive: boolean;
}

/** Deeper stacks meet the kernel's limit of 500. */
const MAX_LAYERS = 400;

/**
 * The one place where processes run. Nothing happens before the first `run` (or `warmUp`); closing it ends all
 * processes and waits until the kernel has taken their mounts away.
 *
 *     await using sandbox = Sandbox.start({ stateDirectory, env });
 *     const { exitCode } = await sandbox.run(prepareProcess(request, tree), { onOutput });
 */
export class Sandbox implements AsyncDisposable {
  readonly #options: SandboxOptions;
  readonly #stdio: StdioMode;
  #connection: Promise<RunnerConnection> | undefined;
  #connected: RunnerConnection | undefined;
  #closed = false;

  private constructor(options: SandboxOptions, stdio: StdioMode) {
    this.#options = options;
    this.#stdio = stdio;
  }

  /** @param stdio `foreground` gives lamina's standard streams to the runner */
  static start(options: SandboxOptions, stdio: StdioMode = 'pipe'): Sandbox {
    return new Sandbox(options, stdio);
  }

  /** Starts the runner before it is needed. Failures are reported by the first `run`. */
  warmUp(): void {
    this.#connect().catch(() => {});
  }

  /**
   * Runs one process to its end; several may run at once.
   * @throws AppError RUNTIME_NEEDS_ROOT, RUNTIME_USER_NAMESPACE, RUNTIME_NO_NAMESPACES, RUNTIME_MISSING, RUNTIME_UNUSABLE, RUNTIME_TOOLS_MISSING,
   *   RUNTIME_TOO_MANY_LAYERS, RUNTIME_START_FAILED, RUNTIME_NOT_FOUND, RUNTIME_NOT_EXECUTABLE,
   *   RUNTIME_WRONG_FORMAT, RUNTIME_LOST; AbortedError within a second of the signal
   */
  async run(
    spec: ProcessSpec,
    options: RunOptions = {},
    foreground?: ForegroundMode,
  ): Promise<ProcessResult> {
    if (spec.lowers.length > MAX_LAYERS) throw tooManyLayers(spec.lowers.length);
    const signal = jointSignal(this.#options.signal, options.signal);
    if (signal.aborted) throw new AbortedError();
    const connection = await abortable(this.#connect(), signal);
    return connection.run(spec, { onOutput: options.onOutput, signal, foreground });
  }

  /**
   * Passes a signal to all running processes.
   * @returns whether there were any
   */
  forward(signal: NodeJS.Signals): boolean {
    return this.#connected?.forward(signal) ?? false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.close();
  }

  #connect(): Promise<RunnerConnection> {
    if (this.#closed) throw new Error('the sandbox is closed');
    this.#connection ??= this.#open();
    return this.#connection;
  }

  async #open(): Promise<RunnerConnection> {
    requirePrivileges();
    const { stateDirectory, env } = this.#options;
    const runtime = findRuntime(env);
    const stdio = this.#stdio;
    this.#connected = await RunnerConnection.open({ stateDirectory, env, stdio, runtime });
    return this.#connected;
  }
}

function tooManyLayers(count: number): AppError {
  return new AppError('RUNTIME_TOO_MANY_LAYERS', `${count} layers cannot be mounted at once`, {
    expected: `at most ${MAX_LAYERS}`,
    hint: 'join RUN and COPY instructions, or start a new stage with COPY --from',
  });
}

/** Waits, but not longer than until the signal. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(new AbortedError());
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
