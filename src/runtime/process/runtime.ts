/**
 * A runtime runs processes in root file systems that are made of layers. Everything that depends on how it isolates them lies
 * behind this interface; what its callers must know of that, its capabilities say as data.
 */
import type { Environment } from '../../environment.ts';
import type { TreeForm } from '../../system/index.ts';
import type { ProcessResult, ProcessSpec } from './spec.ts';

/**
 * What a runtime can do with this user on this machine. The tree form is that of all files that it shares with its caller: lower
 * directories, the upper directory, what is mounted.
 */
export interface RuntimeCapabilities extends TreeForm {
  readonly mounts: {
    /** Lower directories are laid over each other by the kernel. */
    readonly overlay: boolean;
    /** A lower may be an EROFS image; the first mount may still fail (see `isMountFailure`). */
    readonly erofs: boolean;
  };
  /** Limits of processes and memory are kept. */
  readonly cgroups: boolean;
  /** System calls are filtered, where the kernel can. */
  readonly seccomp: boolean;
  /** Networks a process can have. */
  readonly network: readonly ProcessSpec['network'][];
  /** Processes can make device nodes, and be given the machine's devices. */
  readonly devices: boolean;
}

export interface RuntimeOptions {
  /** Makes an empty directory of ours for what lasts as long as the runtime; host path as text. */
  readonly temporaryDirectory: () => Promise<string>;
  /** Looked at for PATH and LAMINA_RUNTIME. */
  readonly env: Environment;
  /** Ends every process. */
  readonly signal?: AbortSignal | undefined;
  /** `foreground`: one process, which has lamina's own standard streams; see `runForeground`. Default: `pipe`. */
  readonly stdio?: 'pipe' | 'foreground' | undefined;
}

export type OnOutput = (stream: 'stdout' | 'stderr', bytes: Buffer) => void;

export interface RunOptions {
  /** Everything the process writes, exactly, before `run` resolves. The bytes are the receiver's to keep. */
  readonly onOutput?: OnOutput | undefined;
  /** Ends this process. */
  readonly signal?: AbortSignal | undefined;
  /** With the standard streams of lamina: standard input too. */
  readonly interactive?: boolean | undefined;
}

/**
 * Nothing happens before the first `run` (or `warmUp`); disposing of it ends all processes and waits until the kernel has taken
 * their mounts away.
 *
 *     await using runtime = openRuntime({ temporaryDirectory, env });
 *     const { exitCode } = await runtime.run(prepareProcess(request, tree), { onOutput });
 */
export interface Runtime extends AsyncDisposable {
  /** For people: `runc`, `crun`, … */
  readonly name: string;
  readonly capabilities: RuntimeCapabilities;

  /**
   * Asked before anything is made ready for a process.
   *
   * @throws AppError RUNTIME_NEEDS_ROOT, RUNTIME_USER_NAMESPACE: this user cannot run one
   */
  check(): Promise<void>;

  /** Starts what is slow to start before it is needed. Failures are reported by the first `run`. */
  warmUp(): void;

  /**
   * Runs one process to its end; several may run at once.
   *
   * @throws AppError RUNTIME_…; AbortedError within a second of the signal
   */
  run(spec: ProcessSpec, options?: RunOptions): Promise<ProcessResult>;

  /**
   * Passes a signal to all running processes.
   *
   * @returns whether there were any
   */
  forward(signal: NodeJS.Signals): boolean;
}

export type OpenRuntime = (options: RuntimeOptions) => Runtime;
