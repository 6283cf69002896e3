/** An instance of lamina, which gives all calls their store, their environment and their cancellation. */
import type {
  CallOptions,
  FormatOptions,
  FormatResult,
  Lamina,
  LaminaOptions,
  ProposeDockerfileOptions,
  ProposedDockerfile,
  RunOptions,
  RunResult,
  StoreOptions,
  VersionInfo,
} from './api/index.ts';
import type { BakeSurroundings } from './bake/index.ts';
import { MachineLoads } from './concurrency/index.ts';
import type { LaminaContext } from './lamina-context.ts';
import { formatPlatform, hostPlatform } from './oci/index.ts';
import { packageVersion } from './package-version.ts';
import { defaultRoot } from './store/index.ts';
import { keepAbortReason } from './system/index.ts';

// Each call loads what it needs: most programs, and every command, use one or two of them.
const advice = () => import('./advice/index.ts');
const builder = () => import('./builder/index.ts');
const builds = () => import('./builds/index.ts');
const images = () => import('./images/index.ts');
const builders = async () => (await import('./builders/index.ts')).loadBuilders();
const debugging = () => import('./debug/index.ts');
const doctor = () => import('./doctor/index.ts');

/**
 * All calls, on one store and with one environment.
 *
 *     const lamina = createLamina({ root: '/srv/images', env: { PATH: process.env.PATH } });
 *     const { imageId } = await lamina.build({ context: '.' });
 *
 * Nothing is opened or read before the first call. The calls need no `this`.
 */
export function createLamina({ root, env = process.env }: LaminaOptions = {}): Lamina {
  const machines = new MachineLoads();
  const contextOf = (options: StoreOptions): LaminaContext => ({
    get root() {
      return options.root ?? root ?? defaultRoot(env);
    },
    env,
    machines,
  });
  const call = <O extends StoreOptions, R>(
    load: () => Promise<(context: LaminaContext, options: O) => Promise<R>>,
    options: O,
  ): Promise<R> =>
    keepAbortReason(options.signal, async () => {
      const work = await load();
      return work(contextOf(options), options);
    });
  return {
    build: (options) => call(async () => (await builder()).build, options),
    verify: (options) => call(async () => (await builder()).verify, options),
    explainBuild: (options = {}) => call(async () => (await builds()).explainBuild, options),
    listBuilds: (options = {}) => call(async () => (await builds()).listBuilds, options),
    inspectBuild: (options = {}) => call(async () => (await builds()).inspectBuild, options),
    removeBuilds: (options) => call(async () => (await builds()).removeBuilds, options),
    traceBuild: (options = {}) => call(async () => (await builds()).traceBuild, options),
    graphBuild: (options = {}) => call(async () => (await builds()).graphBuild, options),
    check: (options) => call(async () => (await builder()).check, options),
    lint: (options) => call(async () => (await advice()).lint, options),
    outline: (options) => call(async () => (await builder()).outline, options),
    targets: (options) => call(async () => (await builder()).targets, options),
    optimize: (options) =>
      call(async () => {
        const { optimizeImage } = await import('./optimize/index.ts');
        return ({ root: store, env }, given) =>
          optimizeImage(
            { env, laminaIn: (inside) => createLamina({ root: store, env: inside }) },
            given,
          );
      }, options),
    bake: (options) => call(async () => baking((await import('./bake/index.ts')).bake), options),
    readBakeDefinition: (options = {}) =>
      call(async () => baking((await import('./bake/index.ts')).readBakeDefinition), options),
    listContext: (options) => call(async () => (await builder()).listContext, options),
    format: (options) => call(async () => format, options),
    proposeDockerfile: (options) => call(async () => proposeDockerfile, options),
    run: (options) => call(async () => run, options),
    debug: (options = {}) => call(async () => (await debugging()).debug, options),
    images: (options = {}) => call(async () => (await images()).images, options),
    tag: (options) => call(async () => (await images()).tag, options),
    removeImage: (options) => call(async () => (await images()).removeImage, options),
    inspectImages: (options) => call(async () => (await images()).inspectImages, options),
    imageHistory: (options) => call(async () => (await images()).imageHistory, options),
    compareImages: (options) => call(async () => (await images()).compareImages, options),
    reportImage: (options) => call(async () => (await images()).reportImage, options),
    listAttestations: (options) => call(async () => (await images()).listAttestations, options),
    signImage: (options) => call(async () => (await images()).signImage, options),
    verifySignatures: (options) => call(async () => (await images()).verifySignatures, options),
    sbom: (options) => call(async () => (await images()).sbom, options),
    checkImage: (options) => call(async () => (await images()).checkImage, options),
    exploreImage: (options) => call(async () => (await images()).exploreImage, options),
    explorePage: (options) => call(async () => (await images()).explorePage, options),
    serveExplorer: (options) => call(async () => (await images()).serveExplorer, options),
    saveImages: (options) => call(async () => (await images()).saveImages, options),
    loadImages: (options) => call(async () => (await images()).loadImages, options),
    importImage: (options) => call(async () => (await images()).importImage, options),
    exportImage: (options) => call(async () => (await images()).exportImage, options),
    makeBase: (options) => call(async () => (await images()).makeBase, options),
    prune: (options = {}) => call(async () => (await images()).prune, options),
    collectGarbage: (options = {}) => call(async () => (await images()).collectGarbage, options),
    diskUsage: (options = {}) => call(async () => (await images()).diskUsage, options),
    diskUsageDetails: (options = {}) =>
      call(async () => (await images()).diskUsageDetails, options),
    checkStore: (options = {}) => call(async () => (await images()).checkStore, options),
    pullImages: (options) => call(async () => (await images()).pullImages, options),
    pushImages: (options) => call(async () => (await images()).pushImages, options),
    copyImage: (options) => call(async () => (await images()).copyImage, options),
    openImage: (options) => call(async () => (await images()).openImage, options),
    inspectManifest: (options) => call(async () => (await images()).inspectManifest, options),
    listTags: (options) => call(async () => (await images()).listTags, options),
    createIndex: (options) => call(async () => (await images()).createIndex, options),
    createManifestList: (options) => call(async () => (await images()).createManifestList, options),
    annotateManifestList: (options) =>
      call(async () => (await images()).annotateManifestList, options),
    pushManifestList: (options) => call(async () => (await images()).pushManifestList, options),
    removeManifestLists: (options) =>
      call(async () => (await images()).removeManifestLists, options),
    login: (options = {}) => call(async () => (await images()).login, options),
    logout: (options = {}) => call(async () => (await images()).logout, options),
    createBuilder: (options) => call(async () => (await builders()).createBuilder, options),
    listBuilders: (options = {}) => call(async () => (await builders()).listBuilders, options),
    useBuilder: (options) => call(async () => (await builders()).useBuilder, options),
    removeBuilders: (options) => call(async () => (await builders()).removeBuilders, options),
    diagnose: (options = {}) => call(async () => (await doctor()).diagnose, options),
    info: (options = {}) => call(async () => (await images()).info, options),
    version: (options = {}) => call(async () => version, options),
  };
}

/** A call of bake, which makes calls of its own in the same store and environment. */
function baking<O, R>(
  work: (options: O, surroundings: BakeSurroundings) => Promise<R>,
): (context: LaminaContext, options: O) => Promise<R> {
  return ({ root, env }, options) =>
    work(options, {
      env,
      lamina: createLamina({ root, env }),
      platform: formatPlatform(hostPlatform()),
    });
}

async function run(context: LaminaContext, options: RunOptions): Promise<RunResult> {
  const { env } = context;
  const { imageToRun, withStore } = await images();
  const { runContainer } = await import('./container/index.ts');
  return withStore(context, async (store) => {
    const image = await imageToRun(store, options, env);
    const { exitCode, signal } = await runContainer(store, image, { ...options, hostEnv: env });
    return { exitCode, signal };
  });
}

async function format(
  _: LaminaContext,
  { text, file = 'Dockerfile', indentsCommands }: FormatOptions,
): Promise<FormatResult> {
  const { formatDockerfile } = await import('./format/index.ts');
  return formatDockerfile(text, { file, indentsCommands });
}

async function proposeDockerfile(
  _: LaminaContext,
  { directory, parts }: ProposeDockerfileOptions,
): Promise<ProposedDockerfile> {
  const { proposeFor } = await import('./init/index.ts');
  return proposeFor(directory, parts);
}

async function version({ env }: LaminaContext, { signal }: CallOptions): Promise<VersionInfo> {
  const { describeRuntime } = await import('./runtime/index.ts');
  const { formatPlatform, hostPlatform } = await import('./oci/index.ts');
  const runtime = await describeRuntime(env);
  signal?.throwIfAborted();
  return {
    version: packageVersion(),
    node: process.versions.node,
    platform: formatPlatform(hostPlatform()),
    runtime,
  };
}
