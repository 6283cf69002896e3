/** `lamina run`: one process in an image. It lasts as long as the call, and its changes are discarded. */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { readConfig } from '../image/index.ts';
import {
  ensureLayers,
  type LowerDirectory,
  type LowerForms,
  LowerSource,
  MergedTree,
} from '../layers/index.ts';
import type { ContainerConfig } from '../oci/index.ts';
import {
  capabilityName,
  emulationFor,
  isMountFailure,
  openRuntime,
  type ProcessRequest,
  type ProcessResult,
  type ProcessSpec,
  type PublishedPort,
  prepareProcess,
  programContext,
  type Runtime,
  type RuntimeCapabilities,
  resolveHosts,
  runForeground,
} from '../runtime/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import { commandLine } from './command-line.ts';
import { processDevices } from './devices.ts';
import { explainStart } from './explain-start.ts';
import { initProgram } from './init-program.ts';
import type { ContainerSettings } from './settings.ts';
import { openVolumes } from './volumes.ts';

export interface ContainerOptions extends ContainerSettings {
  /** Used for PATH and LAMINA_RUNTIME. */
  readonly hostEnv: Environment;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a container of an image to its end.
 *
 * @throws AppError CONTAINER_…, USER_UNKNOWN, GROUP_UNKNOWN, RUNTIME_…, and those of `ensureLayers`; AbortedError
 */
export async function runContainer(
  store: Store,
  image: ImageRecord,
  options: ContainerOptions,
): Promise<ProcessResult> {
  const { hostEnv: env, isolation, signal, stdio = 'inherit' } = options;
  await using runtime = openRuntime({
    temporaryDirectory: () => store.temporaryDirectory(),
    ...{ env, isolation, signal, stdio: stdio === 'inherit' ? 'foreground' : 'pipe' },
  });
  await runtime.check();
  const { config = {} } = await readConfig(store, image);
  const directory = await store.temporaryDirectory();
  const upper = `${directory}/root`;
  await mkdir(upper, { mode: 0o755 });
  const layers = image.layers.map((layer) => layer.id);
  await ensureLayers(store, layers, { signal });
  const tree = MergedTree.of(store, layers);
  const emulation = await emulationFor(image, env);
  const emulator = emulation.kind === 'none' ? undefined : emulation.path;
  const mounts = await openVolumes({
    ...options,
    declared: Object.keys(config.Volumes ?? {}),
    tree,
    directory: `${directory}/volumes`,
  });
  const id = randomBytes(32).toString('hex');
  const init = options.init === true ? await initProgram(env) : undefined;
  const input = { config, options, upper, emulator, init, id };
  const run = (lowers: readonly LowerDirectory[]) => {
    const wanted = { ...request(input), lowers, mounts: mounts(lowers) };
    const spec = prepareProcess(wanted, tree);
    const ended = runProcess(spec, runtime, options);
    if (emulator !== undefined) return ended;
    const context = programContext(spec, { tree, hostEnv: env });
    return explainStart(ended, wanted.args[0] ?? '', context);
  };
  options.onId?.(id);
  return await new LowerSource(store, () => lowerForms(runtime.capabilities)).use(layers, run, {
    isMountFailure,
    signal,
  });
}

function lowerForms(capabilities: RuntimeCapabilities): LowerForms {
  return { form: capabilities, erofs: capabilities.mounts.erofs };
}

function runProcess(
  spec: ProcessSpec,
  runtime: Runtime,
  { stdio, interactive = false }: ContainerOptions,
): Promise<ProcessResult> {
  if (stdio === 'inherit' || stdio === undefined) {
    return runForeground(spec, { runtime, interactive });
  }
  return runtime.run(spec, {
    onOutput: (stream, data) => (stream === 'stdout' ? stdio.stdout(data) : stdio.stderr(data)),
  });
}

interface RequestInput {
  readonly config: ContainerConfig;
  readonly options: ContainerOptions;
  readonly upper: string;
  readonly emulator: string | undefined;
  readonly init: string | undefined;
  readonly id: string;
}

function request(input: RequestInput): Omit<ProcessRequest, 'lowers' | 'mounts'> {
  const { config, options, upper, emulator, init, id } = input;
  const hostname = options.hostname ?? id.slice(0, SHORT_ID);
  return {
    upper: options.readonlyRoot === true ? undefined : latin1(upper),
    args: commandLine(config, options),
    emulator,
    init,
    env: environmentOf(config, { ...options, hostname }),
    cwd: options.workdir ?? (config.WorkingDir || '/'),
    user: options.user ?? config.User ?? '',
    groups: options.groups,
    hostname,
    network: options.network,
    ports: publishedPorts(options),
    security: options.privileged === true ? 'insecure' : 'sandbox',
    addedCapabilities: options.capAdd?.map(capabilityName),
    droppedCapabilities: options.capDrop?.map(capabilityName),
    devices: processDevices(options.devices ?? []),
    extraHosts: resolveHosts(options.addHosts ?? [], options.network ?? 'host'),
    limits: options.limits,
    cgroupParent: options.cgroupParent,
    shmSize: options.shmSize,
    ulimits: options.ulimits,
    terminal: options.tty,
    container: true,
  };
}

function publishedPorts({ publish = [], network }: ContainerOptions): readonly PublishedPort[] {
  if (publish.length === 0 || network === 'private') return publish;
  const message = 'only ports of private networks can be published';
  throw new AppError('RUNTIME_NETWORK_FAILED', message, { hint: 'choose the network private' });
}

/** How many digits of its id make the host name of a container. */
const SHORT_ID = 12;

/** The image's variables, overridden by the caller's. */
function environmentOf({ Env = [] }: ContainerConfig, options: ContainerOptions): string[] {
  const variables = new Map<string, string>();
  const terminal = options.tty === true ? ['TERM=xterm'] : [];
  const own = [`HOSTNAME=${options.hostname}`, ...terminal];
  for (const line of [...own, ...Env, ...(options.env ?? [])]) {
    variables.set(line.split('=', 1)[0] ?? '', line);
  }
  return [...variables.values()];
}

function latin1(path: string): string {
  return Buffer.from(path).toString('latin1');
}
