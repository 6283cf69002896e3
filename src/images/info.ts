/** What `info` shows: the store, and the machine as builds find it. */
import { cpus, hostname, release, totalmem } from 'node:os';
import type { SystemInfo, SystemInfoOptions } from '../api/index.ts';
import { AppError } from '../errors.ts';
import { formatPlatform } from '../oci/index.ts';
import { findRuntime, runnablePlatforms } from '../runtime/index.ts';
import { withStore } from './with-store.ts';

/** Opens the store, and tries which platforms' programs run here. */
export function info({ env, ...options }: SystemInfoOptions): Promise<SystemInfo> {
  return withStore(options, async (store) => ({
    root: store.root,
    images: store.images.list().length,
    platforms: (await runnablePlatforms(env)).map(formatPlatform),
    runtime: await runtimeName(env),
    hostname: hostname(),
    kernel: release(),
    processors: cpus().length,
    memoryBytes: totalmem(),
    isRoot: process.getuid?.() === 0,
  }));
}

async function runtimeName(env: SystemInfoOptions['env']): Promise<string | undefined> {
  try {
    return (await findRuntime({ ...env })).name;
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
