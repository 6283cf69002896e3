/** Disk usage and prune. */

import { statfsSync } from 'node:fs';
import type {
  CacheUsage,
  DiskUsageDetails,
  DiskUsageRow,
  ImageSummary,
  ImageUsage,
  PruneOptions,
  PruneResult,
} from '../api/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import type { Digest } from '../oci/index.ts';
import type { LayerId, Store } from '../store/index.ts';
import { summarize } from './images.ts';
import { withStore } from './with-store.ts';

export function prune(context: LaminaContext, options: PruneOptions): Promise<PruneResult> {
  const { root: _, signal, imageFilter, minFreeBytes, ...selection } = options;
  return withStore(context, async (store) => {
    const keepBytes =
      minFreeBytes === undefined
        ? selection.keepBytes
        : toLeaveFree(store, minFreeBytes, selection.keepBytes);
    const onlyImages = imageFilter && (await idsOf(store, imageFilter));
    const { removed, bytes } = await store.prune({ ...selection, keepBytes, onlyImages, signal });
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

async function idsOf(
  store: Store,
  accepts: (image: ImageSummary) => boolean,
): Promise<ReadonlySet<Digest>> {
  const all = await Promise.all(store.images.list().map((image) => summarize(store, image)));
  return new Set(all.filter(accepts).map(({ id }) => id));
}

/** How much the cache can keep while enough of the disk stays free. */
function toLeaveFree(store: Store, wanted: number, keepBytes = 0): number {
  const { bavail, bsize } = statfsSync(store.root);
  const missing = wanted - bavail * bsize;
  const used = cacheUsage(store).bytes;
  return missing <= 0 ? used : Math.max(keepBytes, used - missing);
}

export function diskUsage(context: LaminaContext): Promise<readonly DiskUsageRow[]> {
  return withStore(context, async (store) => [imageUsage(store), cacheUsage(store)]);
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

export function diskUsageDetails(context: LaminaContext): Promise<DiskUsageDetails> {
  return withStore(context, async (store) => {
    const inImages = layersOfImages(store);
    const steps = [...store.records.entries()].map(([id, record]): CacheUsage => {
      const { description, created, addedBytes: bytes, ownLayer } = record;
      const inUse = ownLayer !== undefined && inImages.has(ownLayer);
      const lastUsed = store.records.lastUsed(id);
      return { id, kind: 'step', description, bytes, created, lastUsed, inUse };
    });
    const mounts = store.cacheMounts.list().map(
      ({ key, id, bytes, inUse, lastUsed }): CacheUsage => ({
        ...{ id: key, kind: 'cache mount', description: id, bytes },
        ...{ created: undefined, lastUsed, inUse },
      }),
    );
    const cache = [...steps, ...mounts];
    return {
      images: await imagesWithShares(store),
      cache: cache.sort((a, b) => (b.lastUsed ?? 0) - (a.lastUsed ?? 0) || (a.id < b.id ? -1 : 1)),
    };
  });
}

async function imagesWithShares(store: Store): Promise<readonly ImageUsage[]> {
  const all = store.images.list();
  const owners = new Map<LayerId, number>();
  for (const { layers } of all) {
    for (const id of new Set(layers.map((layer) => layer.id))) {
      owners.set(id, (owners.get(id) ?? 0) + 1);
    }
  }
  const usage = await Promise.all(
    all.map(async (image) => {
      const shared = image.layers.map(({ id }) => id).filter((id) => (owners.get(id) ?? 0) > 1);
      return { ...(await summarize(store, image)), sharedBytes: bytesOf(store, new Set(shared)) };
    }),
  );
  return usage.sort((a, b) => (b.created ?? 0) - (a.created ?? 0) || (a.id < b.id ? -1 : 1));
}

function sizeOf(mounts: ReturnType<Store['cacheMounts']['list']>): number {
  return mounts.reduce((sum, { bytes }) => sum + bytes, 0);
}

function layersOfImages(store: Store): Set<LayerId> {
  return new Set(store.images.list().flatMap(({ layers }) => layers.map(({ id }) => id)));
}

function bytesOf(store: Store, layers: ReadonlySet<LayerId>): number {
  return [...layers].reduce((sum, id) => sum + (store.layers.get(id)?.size ?? 0), 0);
}
