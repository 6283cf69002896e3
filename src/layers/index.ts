export { ContentDigests, type ContentReader, type InspectContent } from './content-digests.ts';
export { diffIdOf, noteTar, rememberDiffId, soundTar, type TakeTar } from './diff-id.ts';
export { EarlierLayer } from './earlier-layer.ts';
export {
  type EnsureOptions,
  ensureBlob,
  ensureLayers,
  type FetchProgress,
  type LazyLayerStore,
} from './ensure-layers.ts';
export {
  independentLayer,
  rememberIndependent,
  rememberSourceBlob,
  sourceBlobOf,
} from './import-facts.ts';
export { type ImportedLayer, type ImportOptions, importTar } from './import-tar.ts';
export { decodeIndex, encodeIndex, readIndex, writeIndex } from './index-codec.ts';
export { type IndexTreeOptions, indexTree } from './index-tree.ts';
export { IndexView } from './index-view.ts';
export type { LowerTree } from './layer-builder.ts';
export { dropDerivedForms, type LayerFault, layerFaults } from './layer-faults.ts';
export * from './layer-index.ts';
export type { AddAllOptions, EntryItem, LayerItem } from './layer-item.ts';
export type { LayerStore, StagedLayer } from './layer-store.ts';
export { effectiveEpoch, effectiveTime, type LayerTarOptions, layerTar } from './layer-tar.ts';
export { LayerCache } from './layer-view.ts';
export { type FinishedLayer, LayerWriter, type LayerWriterOptions } from './layer-writer.ts';
export { isLostStep } from './lost-step.ts';
export { type LowerDirectory, type LowerOptions, lowerOf } from './lower.ts';
export { type LowerForms, LowerSource, type LowerUse } from './lower-source.ts';
export { cleanMemberPath } from './member-path.ts';
export { type MergedFile, MergedIndexes } from './merged-indexes.ts';
export { MergedTree } from './merged-tree.ts';
export { IndexedLayer, type ScanIndexedOptions } from './scan-indexed.ts';
export {
  type ContentApart,
  type ScannedTar,
  type ScanTarOptions,
  scanTar,
  type TarInspector,
} from './scan-tar.ts';
export { blobSize, rememberSize, sumOfSizes, unpackedSize } from './sizes.ts';
export { type LayerToSquash, type SquashOptions, squashLayers } from './squash.ts';
export type { TarIdentity } from './tar-identity.ts';
export { copyOfTree, recordedForm, treeOf } from './tree-form.ts';
export { UNPACK_LIMIT, UnpackBudget, unpackLimitOf } from './unpack-budget.ts';
