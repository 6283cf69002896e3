/**
 * Runs processes in namespaces of their own, as root: in containers of runc or crun, or started by lamina itself; or,
 * without namespaces, in copies of the layers. One helper process, the runner, does everything that needs
 * namespaces: it is the first process of a pid namespace of its own and has a mount namespace of its own, so whatever
 * happens to lamina, the kernel removes all processes and mounts.
 */
import { jointSignal, unlessAborted } from '../../concurrency/index.ts';
import { AbortedError, AppError } from '../../errors.ts';
import { findProgram, hasOneId, kernelHasErofs, ROOT_FORM } from '../../system/index.ts';
import { findNetworkTool, type NetworkTool } from '../network/index.ts';
import type {
  Isolation,
  ProcessResult,
  ProcessSpec,
  RunOptions,
  Runtime,
  RuntimeCapabilities,
  RuntimeOptions,
} from '../process/index.ts';
import { copiedFlavour, ownCapabilities } from '../process/index.ts';
import { findOciProgram } from './find-oci-program.ts';
import type { Launcher } from './protocol.ts';
import { RunnerConnection } from './runner-connection.ts';

/** Deeper stacks exceed the kernel's limit of 500. */
const MAX_LAYERS = 400;

export class SandboxRuntime implements Runtime {
  readonly isolation: Isolation;
  readonly lacks: readonly string[];
  readonly #options: RuntimeOptions;
  #capabilities: RuntimeCapabilities | undefined;
  #connection: Promise<RunnerConnection> | undefined;
  #connected: RunnerConnection | undefined;
  #closed = false;

  /** @param lacks as `Runtime` has it */
  constructor({ isolation, lacks }: Pick<Runtime, 'isolation' | 'lacks'>, options: RuntimeOptions) {
    this.isolation = isolation;
    this.lacks = lacks;
    this.#options = options;
  }

  get capabilities(): RuntimeCapabilities {
    this.#capabilities ??= capabilitiesOf(this.isolation);
    return this.#capabilities;
  }

  async check(): Promise<void> {}

  warmUp(): void {
    this.#connect().catch(() => {});
  }

  /**
   * @throws AppError RUNTIME_NO_NAMESPACES, RUNTIME_MISSING, RUNTIME_UNUSABLE, RUNTIME_TOOLS_MISSING,
   *   RUNTIME_TOO_MANY_LAYERS, RUNTIME_START_FAILED, RUNTIME_NOT_FOUND, RUNTIME_NOT_EXECUTABLE,
   *   RUNTIME_WRONG_FORMAT, RUNTIME_NETWORK_TOOL, RUNTIME_NETWORK_FAILED, RUNTIME_LOST; AbortedError within a second of the signal
   */
  async run(spec: ProcessSpec, options: RunOptions = {}): Promise<ProcessResult> {
    if (this.capabilities.mounts.overlay && spec.lowers.length > MAX_LAYERS)
      throw tooManyLayers(spec.lowers.length);
    const signal = jointSignal(this.#options.signal, options.signal);
    if (signal.aborted) throw new AbortedError();
    const networkTool = spec.network === 'private' ? this.#networkTool() : undefined;
    const connection = await unlessAborted(this.#connect(), signal).catch((error) => {
      throw signal.aborted ? new AbortedError() : error;
    });
    const { onOutput, interactive = false } = options;
    return connection.run(spec, { onOutput, signal, interactive, networkTool });
  }

  /** Undefined where a private network is refused. */
  #networkTool(): NetworkTool | undefined {
    if (!this.capabilities.network.includes('private')) return undefined;
    return findNetworkTool(this.#options.env);
  }

  forward(signal: NodeJS.Signals): boolean {
    return this.#connected?.forward(signal) ?? false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.close();
  }

  #connect(): Promise<RunnerConnection> {
    if (this.#closed) throw new Error('the runtime is closed');
    this.#connection ??= this.#open();
    return this.#connection;
  }

  async #open(): Promise<RunnerConnection> {
    const { temporaryDirectory, env, stdio = 'pipe' } = this.#options;
    const launcher = this.#launcher();
    launcher.catch(() => {});
    const directory = await temporaryDirectory();
    const stateDirectory = Buffer.from(directory).toString('latin1');
    this.#connected = await RunnerConnection.open({
      ...{ stateDirectory, env, stdio, launcher },
      isNamespaced: this.capabilities.namespaces,
    });
    return this.#connected;
  }

  async #launcher(): Promise<Launcher> {
    if (this.isolation === 'chroot') return { kind: 'chroot' };
    if (this.isolation === 'proot') {
      const path = findProgram('proot', this.#options.env);
      if (path !== undefined) return { kind: 'proot', path };
      throw new AppError('RUNTIME_MISSING', 'the program proot was not found', {
        hint: 'install it: apt-get install proot',
      });
    }
    if (this.isolation !== 'oci') return { kind: 'builtin' };
    const { name, path, seccomp } = await findOciProgram(this.#options.env);
    return { kind: 'program', name, path, seccomp };
  }
}

const NETWORKS = ['host', 'none', 'private'] as const;

function capabilitiesOf(isolation: Isolation): RuntimeCapabilities {
  switch (isolation) {
    case 'chroot':
      return copied();
    case 'proot':
      return { ...copied(), idMap: 'single', xattrFlavour: 'user', devices: false };
    case 'userns':
      return {
        idMap: hasOneId() ? 'single' : 'root',
        xattrFlavour: 'user',
        ...{ mounts: { overlay: true, erofs: false }, namespaces: true, cgroups: true },
        ...{ seccomp: true, network: NETWORKS, devices: false },
      };
    default:
      return {
        ...ROOT_FORM,
        ...{ mounts: { overlay: true, erofs: kernelHasErofs() }, namespaces: true, cgroups: true },
        ...{ seccomp: true, network: NETWORKS, devices: true },
      };
  }
}

function copied(): RuntimeCapabilities {
  return {
    idMap: 'root',
    xattrFlavour: copiedFlavour(ownCapabilities()),
    mounts: { overlay: false, erofs: false },
    namespaces: false,
    cgroups: false,
    seccomp: false,
    network: ['host'],
    devices: true,
  };
}

function tooManyLayers(count: number): AppError {
  return new AppError('RUNTIME_TOO_MANY_LAYERS', `${count} layers cannot be mounted at once`, {
    expected: `at most ${MAX_LAYERS}`,
    hint: 'combine RUN and COPY instructions, or start a new stage with COPY --from',
  });
}
