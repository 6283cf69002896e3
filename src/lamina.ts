/** An instance of lamina, which gives all calls their store, their environment and their cancellation. */
import { readFile } from 'node:fs/promises';
import type {
  CallOptions,
  Lamina,
  LaminaOptions,
  RunOptions,
  RunResult,
  StoreOptions,
  VersionInfo,
} from './api/index.ts';
import * as builder from './builder/index.ts';
import { runContainer } from './container/index.ts';
import * as images from './images/index.ts';
import type { LaminaContext } from './lamina-context.ts';
import { formatPlatform, hostPlatform } from './oci/index.ts';
import { describeRuntime } from './runtime/index.ts';
import { defaultRoot } from './store/index.ts';
import { keepAbortReason } from './system/index.ts';

/**
 * All calls, on one store and with one environment.
 *
 *     const lamina = createLamina({ root: '/srv/images', env: { PATH: process.env.PATH } });
 *     const { imageId } = await lamina.build({ context: '.' });
 *
 * Nothing is opened or read before the first call. The calls need no `this`.
 */
export function createLamina({ root, env = process.env }: LaminaOptions = {}): Lamina {
  const contextOf = (options: StoreOptions): LaminaContext => ({
    get root() {
      return options.root ?? root ?? defaultRoot(env);
    },
    env,
  });
  const call = <O extends StoreOptions, R>(
    work: (context: LaminaContext, options: O) => Promise<R>,
    options: O,
  ): Promise<R> => keepAbortReason(options.signal, () => work(contextOf(options), options));
  return {
    build: (options) => call(builder.build, options),
    verify: (options) => call(builder.verify, options),
    check: (options) => call(builder.check, options),
    outline: (options) => call(builder.outline, options),
    targets: (options) => call(builder.targets, options),
    listContext: (options) => call(builder.listContext, options),
    run: (options) => call(run, options),
    images: (options = {}) => call(images.images, options),
    tag: (options) => call(images.tag, options),
    removeImage: (options) => call(images.removeImage, options),
    inspectImages: (options) => call(images.inspectImages, options),
    imageHistory: (options) => call(images.imageHistory, options),
    compareImages: (options) => call(images.compareImages, options),
    reportImage: (options) => call(images.reportImage, options),
    checkImage: (options) => call(images.checkImage, options),
    exploreImage: (options) => call(images.exploreImage, options),
    explorePage: (options) => call(images.explorePage, options),
    serveExplorer: (options) => call(images.serveExplorer, options),
    saveImages: (options) => call(images.saveImages, options),
    loadImages: (options) => call(images.loadImages, options),
    importImage: (options) => call(images.importImage, options),
    exportImage: (options) => call(images.exportImage, options),
    makeBase: (options) => call(images.makeBase, options),
    prune: (options = {}) => call(images.prune, options),
    diskUsage: (options = {}) => call(images.diskUsage, options),
    diskUsageDetails: (options = {}) => call(images.diskUsageDetails, options),
    checkStore: (options = {}) => call(images.checkStore, options),
    pullImages: (options) => call(images.pullImages, options),
    pushImages: (options) => call(images.pushImages, options),
    copyImage: (options) => call(images.copyImage, options),
    openImage: (options) => call(images.openImage, options),
    inspectManifest: (options) => call(images.inspectManifest, options),
    listTags: (options) => call(images.listTags, options),
    createIndex: (options) => call(images.createIndex, options),
    createManifestList: (options) => call(images.createManifestList, options),
    annotateManifestList: (options) => call(images.annotateManifestList, options),
    pushManifestList: (options) => call(images.pushManifestList, options),
    removeManifestLists: (options) => call(images.removeManifestLists, options),
    login: (options = {}) => call(images.login, options),
    logout: (options = {}) => call(images.logout, options),
    info: (options = {}) => call(images.info, options),
    version: (options = {}) => call(version, options),
  };
}

function run(context: LaminaContext, options: RunOptions): Promise<RunResult> {
  const { env } = context;
  return images.withStore(context, async (store) => {
    const image = await images.imageToRun(store, options, env);
    const { exitCode, signal } = await runContainer(store, image, { ...options, hostEnv: env });
    return { exitCode, signal };
  });
}

async function version({ env }: LaminaContext, { signal }: CallOptions): Promise<VersionInfo> {
  const runtime = await describeRuntime(env);
  signal?.throwIfAborted();
  return {
    version: await packageVersion(),
    node: process.versions.node,
    platform: formatPlatform(hostPlatform()),
    runtime,
  };
}

/** From package.json at the root, both for the sources and for the built library and command. */
async function packageVersion(): Promise<string> {
  for (const up of ['..', '../..']) {
    const path = new URL(`${up}/package.json`, import.meta.url);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return (JSON.parse(text) as { version: string }).version;
  }
  throw new Error('package.json is missing');
}
