/**
 * lamina as a library: everything the command can do, typed, with events and AbortSignal.
 *
 *     import { build } from 'lamina-build';
 *
 *     const { imageId } = await build({ context: '.', tags: ['app'], onEvent: show });
 *
 * Functions throw `AppError` with a stable code for everything a user can meet.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import type { RunOptions, RunResult, VersionInfo } from './api/index.ts';
import { runContainer } from './container/index.ts';
import { imageToRun, withStore } from './images/index.ts';
import { formatPlatform, hostPlatform } from './oci/index.ts';
import { describeRuntime } from './runtime/index.ts';

export type {
  Cause,
  Change,
  FileDifference,
  FilesComparison,
  ImageComparison,
  LayerComparison,
  ValueDifference,
} from './analysis/index.ts';
export type * from './api/index.ts';
export { build, check, listContext, outline, targets, verify } from './builder/index.ts';
export * from './errors.ts';
export {
  annotateManifestList,
  checkStore,
  compareImages,
  copyImage,
  createIndex,
  createManifestList,
  diskUsage,
  diskUsageDetails,
  exportImage,
  imageHistory,
  images,
  importImage,
  info,
  inspectImages,
  inspectManifest,
  listTags,
  loadImages,
  login,
  logout,
  makeBase,
  prune,
  pullImages,
  pushImages,
  pushManifestList,
  removeImage,
  removeManifestLists,
  saveImages,
  tag,
} from './images/index.ts';
export type {
  ContainerConfig,
  Descriptor,
  Digest,
  HistoryEntry,
  ImageConfig,
  Platform,
} from './oci/index.ts';
export type { BuildEvent, BuildSummary, Emit, StepInfo } from './progress/index.ts';

/**
 * Runs a container of an image, which is pulled if the store lacks it; nothing of the container is left when it has
 * ended.
 *
 * @throws AppError IMAGE_NOT_FOUND, REGISTRY_…, CONTAINER_…, USER_UNKNOWN, RUNTIME_…; AbortedError
 */
export function run(options: RunOptions): Promise<RunResult> {
  return withStore(options, async (store) => {
    const image = await imageToRun(store, options, process.env);
    const { exitCode, signal } = await runContainer(store, image, {
      ...options,
      hostEnv: process.env,
    });
    return { exitCode, signal };
  });
}

/** This lamina, and what it finds on this machine. */
export async function version(): Promise<VersionInfo> {
  return {
    version: await packageVersion(),
    node: process.versions.node,
    platform: formatPlatform(hostPlatform()),
    runtime: await describeRuntime(process.env),
  };
}

/** From package.json, which lies at the root whether lamina is run from sources, as a library or as the command. */
async function packageVersion(): Promise<string> {
  for (const up of ['..', '../..']) {
    const path = new URL(`${up}/package.json`, import.meta.url);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return (JSON.parse(text) as { version: string }).version;
  }
  throw new Error('package.json is missing');
}
