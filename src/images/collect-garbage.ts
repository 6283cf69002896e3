/** Keeps the cache within its limits, without being asked. */
import { statfsSync } from 'node:fs';
import type { CollectOptions, CollectResult } from '../api/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { bytesToKeep, defaultCacheLimits, type Store } from '../store/index.ts';
import { cacheUsage, contentOfCache } from './housekeeping.ts';
import { withStore } from './with-store.ts';

/** See `Lamina.collectGarbage`. */
export function collectGarbage(
  context: LaminaContext,
  { maxBytes, reservedBytes, minFreeBytes, maxAgeMs, signal }: CollectOptions,
): Promise<CollectResult> {
  return withStore(context, async (store) => {
    store.noteCollection();
    const disk = diskOf(store);
    const defaults = defaultCacheLimits(disk.totalBytes);
    const limits = {
      maxBytes: maxBytes ?? defaults.maxBytes,
      reservedBytes: reservedBytes ?? defaults.reservedBytes,
      minFreeBytes: minFreeBytes ?? defaults.minFreeBytes,
      maxAgeMs: maxAgeMs ?? defaults.maxAgeMs,
    };
    const own = { keepsFailedStep: true, signal } as const;
    const old = await store.prune({ cache: 'unused', unusedFor: limits.maxAgeMs, ...own });
    const cacheBytes = cacheUsage(store, await store.measure()).bytes;
    const keep = bytesToKeep(limits, { cacheBytes, freeBytes: diskOf(store).freeBytes });
    if (keep === undefined) return { reclaimedBytes: old.bytes };
    // Prunes select by bytes of content, of which a layer has fewer than on the disk.
    const keepBytes = Math.floor(contentOfCache(store) * (keep / cacheBytes));
    const large = await store.prune({ cache: 'all', keepBytes, ...own });
    return { reclaimedBytes: old.bytes + large.bytes };
  });
}

function diskOf({ root }: Store): { readonly freeBytes: number; readonly totalBytes: number } {
  const { bsize, bavail, blocks } = statfsSync(root);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
