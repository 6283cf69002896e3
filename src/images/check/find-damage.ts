/** Reads the whole store, whose database is sound, and finds damaged content. */
import { type LayerFault, layerFaults } from '../../layers/index.ts';
import type { DiffId, Digest } from '../../oci/index.ts';
import type { ImageRecord, LayerId, LazyLayer, Store } from '../../store/index.ts';
import { lazyFrom } from './lazy-from.ts';

export interface Damage {
  readonly counts: { readonly layers: number; readonly blobs: number; readonly images: number };
  readonly blobs: readonly DamagedBlob[];
  readonly layers: readonly DamagedLayer[];
  /** Images that have lost a part for good. */
  readonly lostImages: readonly ImageRecord[];
  /** Keys of records that refer to a lost layer. */
  readonly lostSteps: readonly string[];
}

export interface DamagedBlob {
  readonly digest: Digest;
  readonly path: string;
  readonly problem: string;
}

export interface DamagedLayer {
  readonly id: LayerId;
  readonly faults: readonly LayerFault[];
  /** Only derived forms of the layer are damaged. */
  readonly isWhole: boolean;
  /** The layer can be created again from a blob of the store. */
  readonly lazy: LazyLayer | undefined;
}

export async function findDamage(store: Store, signal?: AbortSignal): Promise<Damage> {
  const images = store.images.list();
  const { count: blobCount, damaged: blobs } = await damagedBlobs(store, images, signal);
  const badBlobs = new Set(blobs.map(({ digest }) => digest));
  const diffIds = diffIdsOf(images);
  const layers: DamagedLayer[] = [];
  let layerCount = 0;
  for (const { id, lazy } of store.layers.list()) {
    if (lazy !== undefined) continue;
    layerCount++;
    const diffId = diffIds.get(id);
    const faults = await layerFaults(store, id, { diffId, signal });
    if (faults.length === 0) continue;
    const isWhole = faults.every(({ isDerived }) => isDerived);
    const again = isWhole ? undefined : lazyFrom(store, { id, diffId }, badBlobs);
    layers.push({ id, faults, isWhole, lazy: again });
  }
  const lost = lostLayers(store, layers);
  return {
    counts: { layers: layerCount, blobs: blobCount, images: images.length },
    blobs,
    layers,
    lostImages: images.filter((image) => isLost(image, lost, badBlobs)),
    lostSteps: [...store.records.entries()].flatMap(([key, record]) =>
      record.layers.some(lost) ? key : [],
    ),
  };
}

/** Includes blobs that images refer to and that do not exist. */
async function damagedBlobs(
  store: Store,
  images: readonly ImageRecord[],
  signal: AbortSignal | undefined,
): Promise<{ readonly count: number; readonly damaged: readonly DamagedBlob[] }> {
  const damaged: DamagedBlob[] = [];
  const existing = new Set<Digest>();
  for (const { digest } of store.blobs.list()) {
    existing.add(digest);
    if (await store.blobs.isSound(digest, { signal })) continue;
    const path = store.blobs.location(digest);
    damaged.push({ digest, path, problem: 'it does not match the digest in its name' });
  }
  const named = new Set(images.flatMap(({ id, manifestDigest }) => [id, manifestDigest]));
  for (const digest of named) {
    if (existing.has(digest)) continue;
    damaged.push({ digest, path: store.blobs.location(digest), problem: 'it is missing' });
  }
  return { count: existing.size, damaged };
}

/** With an epoch, the tar of an image's layer differs from the one in the store. */
function diffIdsOf(images: readonly ImageRecord[]): ReadonlyMap<LayerId, DiffId> {
  const own = images.flatMap(({ layers }) => layers.filter(({ epoch }) => epoch === undefined));
  return new Map(own.map(({ id, diffId }) => [id, diffId]));
}

function lostLayers(store: Store, damaged: readonly DamagedLayer[]): (id: LayerId) => boolean {
  const gone = damaged.filter(({ isWhole, lazy }) => !isWhole && lazy === undefined);
  const ids = new Set(gone.map(({ id }) => id));
  return (id) => ids.has(id) || store.layers.get(id) === undefined;
}

function isLost(
  { id, manifestDigest, layers }: ImageRecord,
  isGone: (id: LayerId) => boolean,
  badBlobs: ReadonlySet<Digest>,
): boolean {
  return (
    badBlobs.has(id) || badBlobs.has(manifestDigest) || layers.some((layer) => isGone(layer.id))
  );
}
