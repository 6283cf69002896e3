export { blobName, readBlob, readDocument, readSmall } from './archive-blobs.ts';
export { type ArchiveFile, smallFile, tarOf } from './archive-files.ts';
export { type ArchiveSource, openSource } from './archive-source.ts';
export { type AssembleInput, assembleImage } from './assemble.ts';
export { type Bundle, type BundleOptions, blobsOf, bundleOf, type ImageRecords } from './bundle.ts';
export { mapParallel } from './concurrency.ts';
export { copyImage } from './copy-image.ts';
export type { ByteSink, Destination } from './destination.ts';
export { writeTo } from './destination.ts';
export {
  type ArchiveOptions,
  type BundleToExport,
  type ExportedImage,
  type ExportOptions,
  exportBundle,
  exportImages,
  type NamedImage,
} from './export-image.ts';
export {
  type ExportLocalOptions,
  exportLocal,
  type LocalExport,
  pruneExports,
} from './export-local.ts';
export { type ExportTarOptions, exportTar, type TarPart } from './export-tar.ts';
export { parseTime } from './go-time.ts';
export { type HistoryRow, imageHistory } from './history.ts';
export {
  blobOf,
  type ContentOptions,
  type ImageAnnotations,
  type ImageContent,
  imageContent,
  originalLayer,
} from './image-content.ts';
export type { NewHistory } from './image-history.ts';
export { draftImage, type NamedLayer, type NewImage } from './image-record.ts';
export {
  compressedSizeOfImage,
  manifestDescriptor,
  readConfig,
  sizeOfImage,
} from './image-view.ts';
export {
  checkConfig,
  type ImageParts,
  type ImportOptions,
  importImage,
  knownImage,
  type LayerSource,
} from './import-image.ts';
export { type ImportRootfsOptions, importRootfs } from './import-rootfs.ts';
export { type ImageInspect, inspectImage } from './inspect.ts';
export { type Blob, type LayerBlob, layerBlob, storedBlob } from './layer-blobs.ts';
export type { Compression, LayerEncoding } from './layer-encoding.ts';
export { type LoadedImage, type LoadOptions, loadArchive } from './load.ts';
export { type LayoutChoice, loadLayoutImage } from './load-layout.ts';
export { indexOf } from './oci-index.ts';
export type { Progress } from './progress.ts';
export { type PromisedLayers, promiseLayers } from './promise-layers.ts';
export { rememberRepoDigest, repoDigests } from './repo-digests.ts';
export { type SquashImageOptions, squashImage } from './squash-image.ts';
export { annotateImage, storedRoot } from './stored-manifest.ts';
export { writeLayout } from './write-layout.ts';
