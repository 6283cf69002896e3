/** Without the database, layers and blobs still show which images existed, but not their names. */
import { statSync } from 'node:fs';
import { draftImage } from '../../image/index.ts';
import { diffIdOf, readIndex } from '../../layers/index.ts';
import {
  type DiffId,
  type Digest,
  decodeImageConfig,
  decodeManifest,
  type ImageConfig,
} from '../../oci/index.ts';
import type { ImageLayer, ImageRecord, LayerId, Store } from '../../store/index.ts';

/** @returns the restored images */
export async function rebuildRecords(store: Store, signal?: AbortSignal): Promise<Digest[]> {
  const layers = await restoreLayers(store, signal);
  const images: Digest[] = [];
  for (const { digest, size } of [...store.blobs.list()]) {
    if (size > LARGEST_DOCUMENT) continue;
    const image = await imageOfManifest(store, digest, layers);
    if (image === undefined || images.includes(image.id)) continue;
    store.images.put(image);
    images.push(image.id);
  }
  await store.flush();
  return images;
}

/** Bytes; registries accept only smaller manifests. */
const LARGEST_DOCUMENT = 4 << 20;

/** The readable layers by diffID. */
async function restoreLayers(
  store: Store,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<DiffId, ImageLayer>> {
  const restored = new Map<DiffId, ImageLayer>();
  for (const id of store.layers.directories()) {
    try {
      const size = restoreLayer(store, id);
      const { diffId } = await diffIdOf(store, id, undefined, { signal });
      restored.set(diffId, { id, diffId, epoch: undefined, size });
    } catch {
      signal?.throwIfAborted();
      store.layers.remove(id);
    }
  }
  return restored;
}

/** @returns bytes of its files */
function restoreLayer(store: Store, id: LayerId): number {
  const directory = store.layers.location(id);
  const { entries, tarSize } = readIndex(directory);
  const files = entries.filter((entry) => entry.kind === 'entry' && entry.type === 'file');
  const size = files.reduce((sum, file) => sum + ('size' in file ? file.size : 0), 0);
  const created = Math.trunc(statSync(directory).mtimeMs);
  const tar = tarSize !== undefined;
  store.layers.restore({
    ...{ id, tree: !tar, tar, size, files: entries.length, created },
    // Images that contain the layer keep their times.
    times: 'keep',
  });
  return size;
}

async function imageOfManifest(
  store: Store,
  digest: Digest,
  layers: ReadonlyMap<DiffId, ImageLayer>,
): Promise<ImageRecord | undefined> {
  try {
    const manifestBytes = await store.blobs.read(digest);
    const { config: named } = decodeManifest(manifestBytes);
    const configBytes = await store.blobs.read(named.digest);
    const config: ImageConfig = decodeImageConfig(configBytes);
    const found = config.rootfs.diff_ids.flatMap((diffId) => layers.get(diffId) ?? []);
    if (found.length !== config.rootfs.diff_ids.length) return undefined;
    return await draftImage(store, { config, configBytes, manifestBytes, layers: found });
  } catch {
    // Not a manifest, or that of an incomplete image.
    return undefined;
  }
}
