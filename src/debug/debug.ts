import { join } from 'node:path';
import type { BuildOptions, DebugOptions, RunResult } from '../api/index.ts';
import {
  BuildSecrets,
  build,
  type KeptStep,
  keepInterruptedStep,
  SshAgents,
} from '../builder/index.ts';
import { AppError, StepError } from '../errors.ts';
import { readConfig } from '../image/index.ts';
import { imageToRun, removeImage, withStore } from '../images/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { ensureLayers, MergedTree } from '../layers/index.ts';
import { type Emulation, emulationFor, type ProcessResult } from '../runtime/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import { readRegularFile } from '../system/index.ts';
import { openDebugMounts } from './open-mounts.ts';
import { openDebugRuntime, runDebugProcess } from './process.ts';
import { findShell, type Shell } from './shell.ts';
import { stepSources } from './step-sources.ts';
import { untilStep } from './until-step.ts';

/** Bytes of a Dockerfile. */
const LARGEST = 16 << 20;

/** See `Lamina.debug`. */
export async function debug(context: LaminaContext, options: DebugOptions): Promise<RunResult> {
  const { image, build: wanted } = options;
  if (wanted !== undefined) return debugBuild(context, wanted, options);
  if (image !== undefined) return debugImage(context, image, options);
  return withStore(context, (store) => debugKept(store, context, options));
}

async function debugBuild(
  context: LaminaContext,
  wanted: BuildOptions,
  options: DebugOptions,
): Promise<RunResult> {
  const { step } = options;
  const { root, isolation, signal } = options;
  const plain = { ...wanted, outputs: [], tags: [], root, isolation, signal };
  let imageId: string | undefined;
  try {
    ({ imageId } = await build(context, step === undefined ? plain : cut(plain, step)));
  } catch (error) {
    // What the step left behind is what people want to see then.
    if (!(error instanceof StepError) || error.details?.isKept !== true) throw error;
    const { secrets, ssh } = wanted;
    const ofStep = { ...options, build: undefined, secrets, ssh };
    return withStore(context, (store) => debugKept(store, context, ofStep));
  }
  if (imageId === undefined) throw new Error('a build into the store makes an image');
  try {
    return await debugImage(context, imageId, options);
  } finally {
    await forget(context, imageId);
  }
}

/** The build, up to a step. */
function cut(wanted: BuildOptions, step: number): BuildOptions {
  const file = wanted.dockerfile ?? join(wanted.context, 'Dockerfile');
  let text: string;
  try {
    text = readRegularFile(file, { limit: LARGEST }).toString();
  } catch (cause) {
    throw new AppError('DEBUG_NO_STEP', `--step needs a Dockerfile on this machine, not ${file}`, {
      hint: 'give the directory of the context, and with -f the path of the Dockerfile',
      cause,
    });
  }
  const shortened = untilStep(text, file, { target: wanted.target, step });
  async function* stdin() {
    yield Buffer.from(shortened);
  }
  return { ...wanted, dockerfile: '-', stdin: stdin(), target: undefined };
}

/** Removes the image that was built to be looked into, unless it has a name from before. */
async function forget(context: LaminaContext, id: string): Promise<void> {
  await withStore(context, async (store) => {
    const found = store.images.resolve(id);
    if (found === undefined || store.images.references(found.id).length > 0) return;
    await removeImage(context, { image: id });
  });
}

function debugImage(
  context: LaminaContext,
  name: string,
  options: DebugOptions,
): Promise<RunResult> {
  const { env } = context;
  return withStore(context, async (store) => {
    await using runtime = openDebugRuntime(store, env, options);
    await runtime.check();
    const { platform, onPull, signal } = options;
    const image = await imageToRun(
      store,
      { image: name, command: [], platform, onPull, signal },
      env,
    );
    const { config = {} } = await readConfig(store, image);
    const layers = image.layers.map(({ id }) => id);
    await ensureLayers(store, layers, { signal });
    const tree = MergedTree.of(store, layers);
    const shell = await shellFor({ store, context, tree, options });
    tell(options, { name, shell });
    const result = await runDebugProcess(
      { store, env, runtime },
      {
        ...{ layers, tree, shell, mountLayers: [], mounts: () => [] },
        request: {
          env: config.Env ?? [],
          cwd: config.WorkingDir || '/',
          user: options.user ?? config.User ?? '',
          emulator: emulatorOf(await emulationFor(image, env), shell),
          container: true,
        },
      },
      options,
    );
    return ended(result);
  });
}

async function debugKept(
  store: Store,
  context: LaminaContext,
  options: DebugOptions,
): Promise<RunResult> {
  const { env } = context;
  const { signal } = options;
  const now = () => Date.now();
  const kept =
    store.keptStep.get<KeptStep>() ?? (await keepInterruptedStep(store, { now, signal }));
  if (kept?.version !== 1) throw nothingKept();
  await using runtime = openDebugRuntime(store, env, options);
  await runtime.check();
  const { op, layers, instruction } = kept;
  await ensureLayers(store, layers, { signal });
  const tree = MergedTree.of(store, layers);
  const shell = await shellFor({ store, context, tree, options });
  const sources = stepSources(options, kept.sources, env);
  const { gone } = sources;
  const secrets = new BuildSecrets({ ...sources, signal }, { env, warn: () => undefined });
  await using agents = new SshAgents({
    ...{ ssh: sources.ssh, signal, env },
    temporaryDirectory: () => store.temporaryDirectory(),
  });
  const { capabilities } = runtime;
  const mounting = { store, secrets, agents, gone, capabilities, signal };
  using opened = await openDebugMounts(kept, mounting);
  const place = kept.file === undefined ? undefined : `${kept.file}:${kept.line}`;
  tell(options, { name: instruction, place, shell, missing: opened.missing });
  const result = await runDebugProcess(
    { store, env, runtime },
    {
      ...{ layers, tree, shell, mountLayers: opened.layers },
      mounts: (lowers) => opened.mounts(lowers),
      request: {
        env: [...op.env, ...opened.env],
        cwd: op.cwd,
        user: options.user ?? op.user,
        emulator: emulatorOf(await emulationFor(op.platform, env), shell),
        ...{ hostname: op.hostname, network: op.network, security: op.security },
        ...{ extraHosts: op.extraHosts, shmSize: op.shmSize, ulimits: op.ulimits },
      },
    },
    options,
  );
  return ended(result);
}

function nothingKept(): AppError {
  return new AppError('DEBUG_NOTHING_KEPT', 'no failed step is kept', {
    expected: 'a RUN that failed in the last build of this store',
    hint: 'name an image, or a stage with --target STAGE or --step N and the context',
  });
}

interface ShellInput {
  readonly store: Store;
  readonly context: LaminaContext;
  readonly tree: MergedTree;
  readonly options: DebugOptions;
}

async function shellFor({ store, context, tree, options }: ShellInput): Promise<Shell> {
  const { tools, command = [], onPull, signal } = options;
  const { env } = context;
  // A command of the image needs no shell, and must not fail where there is none.
  if (command.length > 0 && tools === undefined) {
    const found = findShell({ store, tree, env, toolLayers: undefined, signal });
    return found.catch((error: unknown) => {
      if (error instanceof AppError) return { args: command, tools: undefined };
      throw error;
    });
  }
  const image: ImageRecord | undefined =
    tools === undefined
      ? undefined
      : await imageToRun(store, { image: tools, command: [], onPull, signal }, env);
  const toolLayers = image?.layers.map(({ id }) => id);
  return findShell({ store, tree, env, toolLayers, signal });
}

/** Programs from outside are this machine's. */
function emulatorOf(emulation: Emulation, shell: Shell): string | undefined {
  return emulation.kind === 'none' || shell.tools !== undefined ? undefined : emulation.path;
}

interface Told {
  readonly name: string;
  readonly place?: string | undefined;
  readonly shell: Shell;
  readonly missing?: readonly string[];
}

function tell(options: DebugOptions, { name, place, shell, missing = [] }: Told): void {
  options.onOpen?.({
    ...{ name, place, missing },
    isFailedStep: options.image === undefined && options.build === undefined,
    program: options.command?.[0] ?? shell.args[0] ?? '',
    isForeign: shell.tools !== undefined,
  });
}

function ended({ exitCode, signal }: ProcessResult): RunResult {
  return { exitCode, signal };
}
