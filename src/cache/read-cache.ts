/** From the manifest in a storage to the cache it holds. */
import {
  type Descriptor,
  decodeImageConfig,
  decodeIndex,
  decodeManifest,
  hostPlatform,
  type ImageIndex,
  isIndexType,
  type Manifest,
  selectPlatform,
} from '../oci/index.ts';
import {
  BUILDKIT_CACHE_TYPE,
  type BuildkitCache,
  decodeBuildkitCache,
  decodeInlineCache,
} from './buildkit/format.ts';
import { CACHE_CONFIG_TYPE, type CacheConfig, decodeCacheConfig, inlineCacheIn } from './format.ts';
import type { CacheStorage } from './storage.ts';

export interface ReadCache extends CacheConfig {
  readonly writtenBy: 'lamina';
  readonly storage: CacheStorage;
  /** Blobs of the layers, in their order. */
  readonly blobs: readonly Descriptor[];
}

export interface ReadBuildkitCache extends BuildkitCache {
  readonly writtenBy: 'BuildKit';
  readonly storage: CacheStorage;
}

/**
 * @returns undefined when there is nothing in it that this lamina can find again
 * @throws AppError CACHE_INVALID, OCI_DOCUMENT_INVALID; what the storage throws
 */
export async function readCache(
  storage: CacheStorage,
  signal: AbortSignal | undefined,
): Promise<ReadCache | ReadBuildkitCache | undefined> {
  const found = await storage.readManifest(signal);
  if (found === undefined) return undefined;
  const { bytes, mediaType } = found;
  if (!isIndexType(mediaType)) {
    return readManifest(storage, decodeManifest(bytes, mediaType), signal);
  }
  const index = decodeIndex(bytes, mediaType);
  // The older form of BuildKit's caches: an index that names the layers and the config.
  const config = index.manifests.find((entry) => entry.mediaType === BUILDKIT_CACHE_TYPE);
  if (config !== undefined) {
    return readManifest(storage, { config, layers: index.manifests }, signal);
  }
  const manifest = await manifestIn(storage, index, signal);
  return manifest && readManifest(storage, manifest, signal);
}

async function readManifest(
  storage: CacheStorage,
  { config, layers: blobs }: Pick<Manifest, 'config' | 'layers'>,
  signal: AbortSignal | undefined,
): Promise<ReadCache | ReadBuildkitCache | undefined> {
  const bytes = await storage.readBlob(config, signal);
  const own = (cache: CacheConfig | undefined) =>
    cache && ({ writtenBy: 'lamina', storage, blobs, ...cache } as const);
  const foreign = (cache: BuildkitCache) => ({ writtenBy: 'BuildKit', storage, ...cache }) as const;
  if (config.mediaType === CACHE_CONFIG_TYPE) return own(decodeCacheConfig(bytes, blobs.length));
  if (config.mediaType === BUILDKIT_CACHE_TYPE) return foreign(decodeBuildkitCache(bytes, blobs));
  const inline = inlineCacheIn(bytes);
  if (inline === undefined) return undefined;
  if (inline.writtenBy === 'lamina') return own(decodeCacheConfig(inline.bytes, blobs.length));
  const { diff_ids: diffIds } = decodeImageConfig(bytes).rootfs;
  return foreign(decodeInlineCache(inline.bytes, blobs, diffIds));
}

/** Of an image for several platforms the one for this machine. */
async function manifestIn(
  storage: CacheStorage,
  { manifests }: ImageIndex,
  signal: AbortSignal | undefined,
): Promise<Manifest | undefined> {
  const candidates = manifests.flatMap((entry) => (entry.platform === undefined ? [] : [entry]));
  const best = selectPlatform(
    hostPlatform(),
    candidates.flatMap(({ platform }) => platform ?? []),
  );
  const chosen = best === undefined ? undefined : candidates[best];
  if (chosen === undefined) return undefined;
  return decodeManifest(await storage.readBlob(chosen, signal), chosen.mediaType);
}
