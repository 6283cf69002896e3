export type { BlobInfo, BlobStore, ExpectedBlob, WriteBlobOptions } from './blobs.ts';
export { type BuildRecordStore, buildRecordsIn } from './build-records.ts';
export { bytesToKeep, type CacheLimits, defaultCacheLimits } from './cache-limits.ts';
export type {
  CacheMountInfo,
  CacheMountRequest,
  CacheMountStore,
  HeldCacheMount,
} from './cache-mounts.ts';
export { checkFrame, type FrameProblem } from './check-frame.ts';
export type { PruneResult } from './collector.ts';
export { defaultRoot } from './default-root.ts';
export type { FactStore } from './facts.ts';
export { isGone } from './gone.ts';
export type { ImageStore } from './images.ts';
export { noteStep } from './interrupted-step.ts';
export type { LayerClaim, LayerStore, NewLazyLayer, StagedLayer } from './layers.ts';
export { layerGone } from './layers.ts';
export { STORE_VERSION, versionOf } from './layout.ts';
export type { CacheAlias, RecordStore } from './records.ts';
export type { PrunedItem, PruneOptions } from './selection.ts';
export { type HashedFile, isSound, noteSound } from './sound-files.ts';
export { type OpenStoreOptions, Store } from './store.ts';
export type { StoreUsage } from './store-usage.ts';
export * from './types.ts';
export { useStore } from './use-store.ts';
