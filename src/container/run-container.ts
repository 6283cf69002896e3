/** `lamina run`: one process in an image. It lives as long as the call, and what it wrote goes with it. */
import { randomBytes } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { AppError } from '../errors.ts';
import { readConfig } from '../export/index.ts';
import { type LowerDirectory, LowerSource, MergedTree, present } from '../layers/index.ts';
import type { ContainerConfig } from '../oci/index.ts';
import {
  emulationFor,
  isMountFailure,
  type ProcessRequest,
  type ProcessResult,
  type ProcessSpec,
  prepareProcess,
  programContext,
  runForeground,
  Sandbox,
  type WantedMount,
} from '../runtime/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import { commandLine, type WantedCommand } from './command-line.ts';
import { explainStart } from './explain-start.ts';

export interface ContainerVolume {
  /** Absolute host path, as text. */
  readonly source: string;
  /** Absolute path in the container. */
  readonly target: string;
  readonly readonly: boolean;
}

export interface ContainerOptions extends WantedCommand {
  readonly env?: readonly string[] | undefined;
  readonly volumes?: readonly ContainerVolume[] | undefined;
  readonly workdir?: string | undefined;
  readonly user?: string | undefined;
  readonly hostname?: string | undefined;
  readonly network?: 'host' | 'none' | undefined;
  readonly addHosts?: readonly { readonly name: string; readonly address: string }[] | undefined;
  readonly readonlyRoot?: boolean | undefined;
  readonly tty?: boolean | undefined;
  readonly interactive?: boolean | undefined;
  /** The caller's own streams, or functions that receive the output. */
  readonly stdio?:
    | 'inherit'
    | { readonly stdout: (data: Uint8Array) => void; readonly stderr: (data: Uint8Array) => void }
    | undefined;
  /** Looked at for PATH and LAMINA_RUNTIME. */
  readonly hostEnv: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a container of an image to its end.
 *
 * @throws AppError CONTAINER_…, USER_UNKNOWN, RUNTIME_…, and those of `present`; AbortedError
 */
export async function runContainer(
  store: Store,
  image: ImageRecord,
  options: ContainerOptions,
): Promise<ProcessResult> {
  const { config = {} } = await readConfig(store, image);
  const directory = await store.temporaryDirectory();
  const upper = `${directory}/root`;
  const state = `${directory}/state`;
  await Promise.all([mkdir(upper, { mode: 0o755 }), mkdir(state)]);
  const layers = image.layers.map((layer) => layer.id);
  await present(store, layers, { signal: options.signal });
  const tree = MergedTree.of(store, layers);
  const emulation = await emulationFor(image, options.hostEnv);
  const emulator = emulation.kind === 'none' ? undefined : emulation.path;
  const run = async (lowers: readonly LowerDirectory[]) => {
    const wanted = await request({ config, options, upper, lowers, emulator });
    const spec = prepareProcess(wanted, tree);
    const ended = runProcess(spec, { stateDirectory: latin1(state), options });
    if (emulator !== undefined) return ended;
    const context = programContext(spec, { tree, hostEnv: options.hostEnv });
    return explainStart(ended, wanted.args[0] ?? '', context);
  };
  const { signal } = options;
  return new LowerSource(store).use(layers, run, { isMountFailure, signal });
}

interface RunInput {
  readonly stateDirectory: string;
  readonly options: ContainerOptions;
}

async function runProcess(
  spec: ProcessSpec,
  { stateDirectory, options }: RunInput,
): Promise<ProcessResult> {
  const { hostEnv: env, signal, stdio, interactive = false } = options;
  if (stdio === 'inherit' || stdio === undefined) {
    return runForeground(spec, { stateDirectory, env, signal, interactive });
  }
  await using sandbox = Sandbox.start({ stateDirectory, env, signal });
  return await sandbox.run(spec, {
    onOutput: (stream, data) => (stream === 'stdout' ? stdio.stdout(data) : stdio.stderr(data)),
  });
}

interface RequestInput {
  readonly config: ContainerConfig;
  readonly options: ContainerOptions;
  readonly upper: string;
  readonly lowers: readonly LowerDirectory[];
  readonly emulator: string | undefined;
}

async function request(input: RequestInput): Promise<ProcessRequest> {
  const { config, options, upper, lowers, emulator } = input;
  const hostname = options.hostname ?? randomBytes(6).toString('hex');
  return {
    lowers,
    upper: options.readonlyRoot === true ? undefined : latin1(upper),
    args: commandLine(config, options),
    emulator,
    env: environmentOf(config, { ...options, hostname }),
    cwd: options.workdir ?? (config.WorkingDir || '/'),
    user: options.user ?? config.User ?? '',
    hostname,
    network: options.network,
    extraHosts: options.addHosts,
    mounts: await Promise.all((options.volumes ?? []).map(volumeMount)),
    terminal: options.tty,
    container: true,
  };
}

/** The image's variables, and over them the caller's. */
function environmentOf({ Env = [] }: ContainerConfig, options: ContainerOptions): string[] {
  const variables = new Map<string, string>();
  const terminal = options.tty === true ? ['TERM=xterm'] : [];
  const own = [`HOSTNAME=${options.hostname}`, ...terminal];
  for (const line of [...own, ...Env, ...(options.env ?? [])]) {
    variables.set(line.split('=', 1)[0] ?? '', line);
  }
  return [...variables.values()];
}

async function volumeMount({ source, target, readonly }: ContainerVolume): Promise<WantedMount> {
  const kind = await stat(source).catch(() => undefined);
  if (kind === undefined) {
    throw new AppError('CONTAINER_VOLUME', `there is no '${source}' to mount`, {
      expected: 'an existing file or directory of this machine',
      hint: 'make it first',
    });
  }
  const targetKind = kind.isDirectory() ? 'directory' : 'file';
  return { kind: 'bind', source: latin1(source), target, readonly, targetKind };
}

function latin1(path: string): string {
  return Buffer.from(path).toString('latin1');
}
