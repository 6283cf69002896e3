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
import { type BuildkitConfig, decodeBuildkitConfig } from './buildkit/config.ts';
import {
  BUILDKIT_CACHE_TYPE,
  CACHE_CONFIG_TYPE,
  type CacheConfig,
  decodeCacheConfig,
  inlineCacheIn,
} from './format.ts';
import type { CacheStorage } from './storage.ts';

/** A cache that lamina wrote. */
export interface OwnCache extends CacheConfig {
  readonly kind: 'own';
  readonly storage: CacheStorage;
  /** Blobs of the layers, in their order. */
  readonly blobs: readonly Descriptor[];
}

/** A cache that BuildKit wrote. */
export interface BuildkitCache {
  readonly kind: 'buildkit';
  readonly storage: CacheStorage;
  readonly config: BuildkitConfig;
  /** Those of its layers. */
  readonly blobs: ReadonlyMap<string, Descriptor>;
}

export type ReadCache = OwnCache | BuildkitCache;

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
  const { config, layers } = manifest;
  if (config.mediaType === BUILDKIT_CACHE_TYPE) {
    const blobs = new Map(layers.map((blob) => [blob.digest, blob]));
    return { kind: 'buildkit', storage, config: decodeBuildkitConfig(bytes), blobs };
  }
  const own = ownConfig(storage, manifest, bytes);
  return own && { kind: 'own', storage, blobs: layers, ...own };
}

function ownConfig(
  storage: CacheStorage,
  { config, layers }: Pick<Manifest, 'config' | 'layers'>,
  bytes: Uint8Array,
): CacheConfig | undefined {
  if (config.mediaType === CACHE_CONFIG_TYPE) return decodeCacheConfig(bytes, layers.length);
  const inline = inlineCacheIn(bytes);
  if (inline === 'foreign') throw foreign(storage);
  return inline && decodeCacheConfig(inline, layers.length);
}

/** Of an image for several platforms the one for this machine. */
async function manifestOf(
  storage: CacheStorage,
  { bytes, mediaType }: { readonly bytes: Uint8Array; readonly mediaType: string },
  signal: AbortSignal | undefined,
): Promise<Pick<Manifest, 'config' | 'layers'> | undefined> {
  if (!isIndexType(mediaType)) return decodeManifest(bytes, mediaType);
  const { manifests } = decodeIndex(bytes, mediaType);
  // The older form of BuildKit's caches: an index that names the layers and the config.
  const config = manifests.find((entry) => entry.mediaType === BUILDKIT_CACHE_TYPE);
  if (config !== undefined) return { config, layers: manifests };
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
  return new AppError('CACHE_FOREIGN', `the cache inside the image ${name} is one of BuildKit's`, {
    expected: 'a cache that lamina exported, or one that BuildKit exported beside its image',
    hint: 'of BuildKit, those of type=registry and type=local can be read',
  });
}
