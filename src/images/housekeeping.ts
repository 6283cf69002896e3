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
import type { ImageRecord, LayerId, Store, StoreUsage } from '../store/index.ts';
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
  const used = contentOfCache(store);
  return missing <= 0 ? used : Math.max(keepBytes, used - missing);
}

/** Bytes of file content: what prunes select by. */
export function contentOfCache(store: Store): number {
  const layers = new Set([...store.records.entries()].flatMap(([, record]) => record.layers));
  return (
    bytesOf(store, layers.difference(layersOfImages(store))) + sizeOf(store.cacheMounts.list())
  );
}

export function diskUsage(context: LaminaContext): Promise<readonly DiskUsageRow[]> {
  return withStore(context, async (store) => {
    const usage = await store.measure();
    const images = imageUsage(store, usage);
    return [images, cacheUsage(store, usage), otherUsage(store, usage)];
  });
}

function imageUsage(store: Store, usage: StoreUsage): DiskUsageRow {
  const all = store.images.list();
  const named = all.filter(({ id }) => store.images.references(id).length > 0);
  const whole = partsOf(all, usage);
  const kept = partsOf(named, usage);
  // Layers that a step needs too stay with it.
  const steps = layersOfSteps(store);
  const freed = (id: LayerId) => !kept.layers.has(id) && !steps.has(id) && !usage.pins.has(id);
  return {
    type: 'Images',
    total: all.length,
    active: named.length,
    bytes: sum(usage.layers, whole.layers) + sum(usage.blobs, whole.blobs),
    reclaimableBytes:
      sum(usage.layers, [...whole.layers].filter(freed)) +
      sum(usage.blobs, whole.blobs.difference(kept.blobs).difference(usage.pins)),
  };
}

export function cacheUsage(store: Store, usage: StoreUsage): DiskUsageRow {
  const inImages = layersOfImages(store);
  const records = [...store.records.entries()];
  const only = layersOfSteps(store).difference(inImages);
  const used = records.filter(
    ([, { ownLayer }]) => ownLayer !== undefined && inImages.has(ownLayer),
  );
  const mounts = store.cacheMounts.list();
  const busy = mounts.filter(({ inUse }) => inUse);
  return {
    type: 'Build Cache',
    total: records.length + mounts.length,
    active: used.length + busy.length,
    bytes: sum(usage.layers, only) + sizeOf(mounts),
    reclaimableBytes:
      sum(usage.layers, only.difference(usage.pins)) + sizeOf(mounts) - sizeOf(busy),
  };
}

function otherUsage(store: Store, usage: StoreUsage): DiskUsageRow {
  const { layers, blobs } = partsOf(store.images.list(), usage);
  const steps = layersOfSteps(store);
  const unneeded = [...usage.layers.keys()].filter((id) => !layers.has(id) && !steps.has(id));
  const unnamed = [...usage.blobs.keys()].filter((digest) => !blobs.has(digest));
  const isFree = (id: string) => !usage.pins.has(id);
  const free =
    sum(usage.layers, unneeded.filter(isFree)) + sum(usage.blobs, unnamed.filter(isFree));
  return {
    type: 'Other',
    total: unneeded.length + unnamed.length,
    active: 0,
    bytes: sum(usage.layers, unneeded) + sum(usage.blobs, unnamed) + usage.abandoned + usage.rest,
    reclaimableBytes: free + usage.abandoned,
  };
}

function layersOfSteps(store: Store): Set<LayerId> {
  return new Set([...store.records.entries()].flatMap(([, record]) => record.layers));
}

/** All layers and blobs of images. */
function partsOf(images: readonly ImageRecord[], { blobsOf }: StoreUsage) {
  return {
    layers: new Set(images.flatMap(({ layers }) => layers.map(({ id }) => id))),
    blobs: new Set(images.flatMap(({ id }) => [...(blobsOf.get(id) ?? [])])),
  };
}

function sum<T>(sizes: ReadonlyMap<T, number>, ids: Iterable<T>): number {
  let total = 0;
  for (const id of ids) total += sizes.get(id) ?? 0;
  return total;
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
