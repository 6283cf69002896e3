/** From the manifest in a storage to the cache it holds. */
import { bytesOf, decodedIndex, type ImageSource } from '../image/index.ts';
import {
  decodeImageConfig,
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
import {
  decodeCacheConfig,
  decodeSharedConfig,
  inlineCacheIn,
  type LocatedConfig,
} from './format.ts';
import type { CacheStorage } from './storage.ts';

export interface ReadCache extends LocatedConfig {
  readonly writtenBy: 'lamina';
  readonly storage: CacheStorage;
}

export interface ReadBuildkitCache extends BuildkitCache {
  readonly writtenBy: 'BuildKit';
  readonly storage: CacheStorage;
}

/**
 * @returns undefined when the cache holds nothing that this lamina can find
 * @throws AppError CACHE_INVALID, OCI_DOCUMENT_INVALID; what the storage throws
 */
export async function readCache(
  storage: CacheStorage,
  signal: AbortSignal | undefined,
): Promise<ReadCache | ReadBuildkitCache | undefined> {
  await using source = await storage.open(signal);
  const [root] = source?.roots ?? [];
  if (source === undefined || root === undefined) return undefined;
  const reading = { storage, source, signal };
  const raw = await source.manifest(root, { signal });
  const { mediaType } = raw.descriptor;
  if (!isIndexType(mediaType)) return readManifest(reading, decodeManifest(raw.bytes, mediaType));
  const { index } = decodedIndex(raw);
  // The older form of BuildKit's caches: an index that names the layers and the config.
  const config = index.manifests.find((entry) => entry.mediaType === BUILDKIT_CACHE_TYPE);
  if (config !== undefined) return readManifest(reading, { config, layers: index.manifests });
  const manifest = await manifestIn(source, index, signal);
  return manifest && readManifest(reading, manifest);
}

interface Reading {
  readonly storage: CacheStorage;
  readonly source: ImageSource;
  readonly signal: AbortSignal | undefined;
}

async function readManifest(
  { storage, source, signal }: Reading,
  { config, layers: blobs }: Pick<Manifest, 'config' | 'layers'>,
): Promise<ReadCache | ReadBuildkitCache | undefined> {
  const bytes = await bytesOf(source.blob(config, { signal }));
  const own = (cache: LocatedConfig | undefined) =>
    cache && ({ writtenBy: 'lamina', storage, ...cache } as const);
  const foreign = (cache: BuildkitCache) => ({ writtenBy: 'BuildKit', storage, ...cache }) as const;
  if (config.mediaType === BUILDKIT_CACHE_TYPE) {
    return own(decodeSharedConfig(bytes, blobs)) ?? foreign(decodeBuildkitCache(bytes, blobs));
  }
  const inline = inlineCacheIn(bytes);
  if (inline === undefined) return undefined;
  if (inline.writtenBy === 'lamina') return own(decodeCacheConfig(inline.bytes, blobs));
  const { diff_ids: diffIds } = decodeImageConfig(bytes).rootfs;
  return foreign(decodeInlineCache(inline.bytes, blobs, diffIds));
}

/** Of a multi-platform image, the manifest for this machine. */
async function manifestIn(
  source: ImageSource,
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
  const { bytes, descriptor } = await source.manifest(chosen, { signal });
  return decodeManifest(bytes, descriptor.mediaType);
}
