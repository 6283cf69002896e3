export { blobName } from './archive/archive-blobs.ts';
export { type ArchiveFile, smallFile, tarOf } from './archive/archive-files.ts';
export { isAttestation, type ResolveOptions } from './choose-manifest.ts';
export { mapParallel } from './concurrency.ts';
export { type OnTransfer, reporter, type TransferEvent, type TransferState } from './events.ts';
export { type LoadedImage, type LoadOptions, loadArchive } from './load-archive.ts';
export { openLayoutSource } from './oci-layout/layout-source.ts';
export { type LayoutChoice, loadLayoutImage } from './oci-layout/load-layout.ts';
export { indexEntries, indexOf, unnamedEntry } from './oci-layout/oci-index.ts';
export { writeLayout } from './oci-layout/write-layout.ts';
export { countLayers, type Progress } from './progress.ts';
export { fullName, shortName } from './references.ts';
export { isSamePlace, placesOf, rememberPlace } from './registry/blob-places.ts';
export {
  bytesOf,
  type PushContent,
  type PushOptions,
  pushContent,
  skipping,
} from './registry/push-content.ts';
export {
  describeImage,
  type RemoteImage,
  type RemoteLayer,
  resolveImage,
} from './resolve-image.ts';
export {
  type Bundle,
  type BundleOptions,
  blobsOf,
  bundleOf,
  type ImageRecords,
} from './store/bundle.ts';
export { copyImage } from './store/copy-image.ts';
export {
  blobOf,
  type ContentOptions,
  type ImageAnnotations,
  type ImageContent,
  imageContent,
  originalLayer,
} from './store/image-content.ts';
export {
  draftImage,
  type NamedLayer,
  type NewImage,
  ociDescriptor,
  uncompressed,
} from './store/image-record.ts';
export {
  compressedSizeOfImage,
  manifestDescriptor,
  readConfig,
  sizeOfImage,
} from './store/image-view.ts';
export {
  checkConfig,
  type ImageParts,
  type ImportOptions,
  importImage,
  knownImage,
  type LayerSource,
} from './store/import-image.ts';
export { type Blob, type LayerBlob, layerBlob, storedBlob } from './store/layer-blobs.ts';
export type { Compression, LayerEncoding } from './store/layer-encoding.ts';
export { presentImage } from './store/present-image.ts';
export { type PromisedLayers, promiseLayers } from './store/promise-layers.ts';
export { recordRemote } from './store/record-remote.ts';
export { rememberRepoDigest, repoDigests } from './store/repo-digests.ts';
export { annotateImage, storedRoot } from './store/stored-manifest.ts';
export type { Content, ImageSource } from './transport.ts';
