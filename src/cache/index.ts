export { BUILDKIT_CACHE_TYPE, BUILDKIT_INLINE_KEY } from './buildkit/format.ts';
export { mergedConfig } from './buildkit/merge.ts';
export type { BuildFacts } from './buildkit/operations.ts';
export { type SharedKeys, sharedKeys } from './buildkit/shared-keys.ts';
export { type ExportCacheOptions, exportCache, inlineCache } from './export-cache.ts';
export { INLINE_KEY } from './format.ts';
export {
  type CacheAnswer,
  ImportedCaches,
  type ImportedCachesOptions,
  type ImportedMount,
  importing,
} from './imported-caches.ts';
export { type LayoutCache, layoutStorage } from './layout-storage.ts';
export { layerOfMount, seedMount } from './mount-layers.ts';
export { type ObjectCache, objectStorage } from './object-storage.ts';
export { type RegistryCache, registryStorage } from './registry-storage.ts';
export type { CacheStorage } from './storage.ts';
