/** From the manifest in a storage to the cache it holds. */
import { AppError } from '../errors.ts';
import {
  type Descriptor,
  decodeIndex,
  decodeManifest,
  hostPlatform,
  isIndexType,
  type Manifest,
  selectPlatform,
} from '../oci/index.ts';
import {
  BUILDKIT_CACHE_TYPE,
  CACHE_CONFIG_TYPE,
  type CacheConfig,
  decodeCacheConfig,
  inlineCacheIn,
} from './format.ts';
import type { CacheStorage } from './storage.ts';

export interface ReadCache extends CacheConfig {
  readonly storage: CacheStorage;
  /** Blobs of the layers, in their order. */
  readonly blobs: readonly Descriptor[];
}

/**
 * @returns undefined when there is nothing in it that this lamina can find again
 * @throws AppError CACHE_INVALID, CACHE_FOREIGN, OCI_DOCUMENT_INVALID; what the storage throws
 */
export async function readCache(
  storage: CacheStorage,
  signal: AbortSignal | undefined,
): Promise<ReadCache | undefined> {
  const found = await storage.readManifest(signal);
  if (found === undefined) return undefined;
  const manifest = await manifestOf(storage, found, signal);
  if (manifest === undefined) return undefined;
  const bytes = await storage.readBlob(manifest.config, signal);
  const config = cacheConfigOf(storage, manifest, bytes);
  return config && { storage, blobs: manifest.layers, ...config };
}

function cacheConfigOf(
  storage: CacheStorage,
  { config, layers }: Manifest,
  bytes: Uint8Array,
): CacheConfig | undefined {
  if (config.mediaType === CACHE_CONFIG_TYPE) return decodeCacheConfig(bytes, layers.length);
  if (config.mediaType === BUILDKIT_CACHE_TYPE) throw foreign(storage);
  const inline = inlineCacheIn(bytes);
  if (inline === 'foreign') throw foreign(storage);
  return inline && decodeCacheConfig(inline, layers.length);
}

/** Of an image for several platforms the one for this machine. */
async function manifestOf(
  storage: CacheStorage,
  { bytes, mediaType }: { readonly bytes: Uint8Array; readonly mediaType: string },
  signal: AbortSignal | undefined,
): Promise<Manifest | undefined> {
  if (!isIndexType(mediaType)) return decodeManifest(bytes, mediaType);
  const { manifests } = decodeIndex(bytes, mediaType);
  // The older form of BuildKit's caches: an index that names the layers and the config.
  if (manifests.some((entry) => entry.mediaType === BUILDKIT_CACHE_TYPE)) throw foreign(storage);
  const candidates = manifests.flatMap((entry) => (entry.platform === undefined ? [] : [entry]));
  const best = selectPlatform(
    hostPlatform(),
    candidates.flatMap(({ platform }) => platform ?? []),
  );
  const chosen = best === undefined ? undefined : candidates[best];
  if (chosen === undefined) return undefined;
  return decodeManifest(await storage.readBlob(chosen, signal), chosen.mediaType);
}

function foreign({ name }: CacheStorage): AppError {
  return new AppError('CACHE_FOREIGN', `the cache in ${name} was written by BuildKit`, {
    expected: 'a cache that lamina exported',
    hint: 'BuildKit finds steps by keys of its own, so none of them can be found again here: export with --cache-to under another name',
  });
}
