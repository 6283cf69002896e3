/**
 * A runtime runs processes in root file systems made of layers. How it isolates them stays behind this interface; its
 * capabilities describe the differences that callers need to know, as data.
 */
import type { Environment } from '../../environment.ts';
import type { TreeForm } from '../../system/index.ts';
import type { Isolation, IsolationChoice } from './isolation.ts';
import type { ProcessResult, ProcessSpec } from './spec.ts';

/**
 * Capabilities of a runtime with this user on this machine. The tree form is that of all files shared with its caller:
 * lower directories, the upper directory, mounts.
 */
export interface RuntimeCapabilities extends TreeForm {
  readonly mounts: {
    /** The kernel stacks lower directories. */
    readonly overlay: boolean;
    /** A lower may be an EROFS image; the first mount may still fail (see `isMountFailure`). */
    readonly erofs: boolean;
  };
  /**
   * Processes have namespaces of their own: they see no others, mounts are as asked (read-only, of a size, shared with
   * others while they run), and so are /proc, /sys and the host name. Without, a bind mount to write must be `owned`.
   */
  readonly namespaces: boolean;
  /** Limits of processes and memory are enforced, if there are control groups for them. */
  readonly cgroups: boolean;
  /** System calls are filtered, if the kernel supports it. */
  readonly seccomp: boolean;
  /** Networks available to a process. */
  readonly network: readonly ProcessSpec['network'][];
  /** Processes can make device nodes, and get the machine's devices. */
  readonly devices: boolean;
}

export interface RuntimeOptions {
  /** Default: LAMINA_ISOLATION, else `auto`. */
  readonly isolation?: IsolationChoice | undefined;
  /** Makes an empty directory that lasts as long as the runtime; host path as text. */
  readonly temporaryDirectory: () => Promise<string>;
  /** Used for PATH, LAMINA_ISOLATION and LAMINA_RUNTIME. */
  readonly env: Environment;
  /** Ends every process. */
  readonly signal?: AbortSignal | undefined;
  /** `foreground`: one process, with lamina's own standard streams; see `runForeground`. Default: `pipe`. */
  readonly stdio?: 'pipe' | 'foreground' | undefined;
}

export type OnOutput = (stream: 'stdout' | 'stderr', bytes: Buffer) => void;

export interface RunOptions {
  /** Gets everything the process writes, exactly, before `run` resolves. The receiver owns the bytes. */
  readonly onOutput?: OnOutput | undefined;
  /** Ends this process. */
  readonly signal?: AbortSignal | undefined;
  /** With the standard streams of lamina: standard input too. */
  readonly interactive?: boolean | undefined;
}

/**
 * Starts nothing before the first `run` (or `warmUp`). Disposal ends all processes and waits until the kernel has
 * removed their mounts.
 *
 *     await using runtime = openRuntime({ temporaryDirectory, env });
 *     const { exitCode } = await runtime.run(prepareProcess(request, tree), { onOutput });
 */
export interface Runtime extends AsyncDisposable {
  readonly isolation: Isolation;
  /** What the isolation does not give that `oci` does: see `IsolationReport`. */
  readonly lacks: readonly string[];
  readonly capabilities: RuntimeCapabilities;

  /**
   * Checks whether this user can run processes, before anything is prepared for one.
   *
   * @throws AppError RUNTIME_ISOLATION, RUNTIME_NO_ISOLATION, RUNTIME_ISOLATION_UNKNOWN
   */
  check(): Promise<void>;

  /** Starts slow parts before they are needed. The first `run` reports failures. */
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
   * @returns whether there are any
   */
  forward(signal: NodeJS.Signals): boolean;
}

export type OpenRuntime = (options: RuntimeOptions) => Runtime;
