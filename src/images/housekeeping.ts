/** Room: how much is taken, and getting it back. */
import type { DiskUsageRow, PruneOptions, PruneResult, StoreOptions } from '../api/index.ts';
import type { Store } from '../store/index.ts';
import { withStore } from './with-store.ts';

/** Removes cache records and images as the options say, and all content that nothing names. */
export function prune({ root, ...options }: PruneOptions): Promise<PruneResult> {
  return withStore({ root, signal: options.signal }, async (store) => {
    const { removed, bytes } = await store.prune(options);
    return {
      removed: removed.map(({ kind, id, description, bytes: freed }) => ({
        id,
        description: description === '' ? kind : description,
        bytes: freed,
      })),
      reclaimedBytes: bytes,
    };
  });
}

/** What the store holds, by kind, in bytes of file content. */
export function diskUsage(options: StoreOptions = {}): Promise<readonly DiskUsageRow[]> {
  return withStore(options, async (store) => [imageUsage(store), cacheUsage(store)]);
}

function imageUsage(store: Store): DiskUsageRow {
  const all = store.images.list();
  const named = all.filter(({ id }) => store.images.references(id).length > 0);
  const bytes = bytesOf(store, layersOfImages(store));
  const inUse = bytesOf(store, new Set(named.flatMap(({ layers }) => layers.map(({ id }) => id))));
  return {
    type: 'Images',
    total: all.length,
    active: named.length,
    bytes,
    reclaimableBytes: bytes - inUse,
  };
}

function cacheUsage(store: Store): DiskUsageRow {
  const inImages = layersOfImages(store);
  const records = [...store.records.entries()];
  const layers = new Set(records.flatMap(([, record]) => record.layers));
  const only = layers.difference(inImages);
  const used = records.filter(
    ([, { ownLayer }]) => ownLayer !== undefined && inImages.has(ownLayer),
  );
  const mounts = store.cacheMounts.list();
  const busy = mounts.filter(({ inUse }) => inUse);
  const bytes = bytesOf(store, only) + sizeOf(mounts);
  return {
    type: 'Build Cache',
    total: records.length + mounts.length,
    active: used.length + busy.length,
    bytes,
    reclaimableBytes: bytes - sizeOf(busy),
  };
}

function sizeOf(mounts: ReturnType<Store['cacheMounts']['list']>): number {
  return mounts.reduce((sum, { bytes }) => sum + bytes, 0);
}

function layersOfImages(store: Store): Set<Parameters<Store['layers']['get']>[0]> {
  return new Set(store.images.list().flatMap(({ layers }) => layers.map(({ id }) => id)));
}

function bytesOf(store: Store, layers: ReturnType<typeof layersOfImages>): number {
  return [...layers].reduce((sum, id) => sum + (store.layers.get(id)?.size ?? 0), 0);
}
