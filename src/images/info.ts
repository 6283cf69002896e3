/** What `info` shows: the store, and the machine as builds find it. */
import { cpus, hostname, release, totalmem } from 'node:os';
import type { SystemInfo } from '../api/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { formatPlatform } from '../oci/index.ts';
import { describeRuntime, runnablePlatforms } from '../runtime/index.ts';
import { withStore } from './with-store.ts';

export function info(context: LaminaContext): Promise<SystemInfo> {
  const { env } = context;
  return withStore(context, async (store) => ({
    root: store.root,
    images: store.images.list().length,
    platforms: (await runnablePlatforms(env)).map(formatPlatform),
    runtime: (await describeRuntime(env))?.name,
    hostname: hostname(),
    kernel: release(),
    processors: cpus().length,
    memoryBytes: totalmem(),
    isRoot: process.getuid?.() === 0,
  }));
}
