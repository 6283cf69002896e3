export { type AssembleInput, assembleImage } from './assemble.ts';
export { mapParallel } from './concurrency.ts';
export type { ByteSink, Destination } from './destination.ts';
export { copyImage } from './copy-image.ts';
export {
  type ExportedImage,
  type ExportOptions,
  exportDocker,
  exportImages,
  exportOci,
  type NamedImage,
} from './export-image.ts';
export { type ExportLocalOptions, exportLocal, type LocalExport } from './export-local.ts';
export { type ExportTarOptions, exportTar } from './export-tar.ts';
export { type HistoryRow, imageHistory } from './history.ts';
export { type ContentOptions, type ImageContent, imageContent } from './image-content.ts';
export type { NewHistory } from './image-history.ts';
export { type NamedLayer, type NewImage, recordImage } from './image-record.ts';
export { manifestDescriptor, readConfig, sizeOfImage, sizeOfLayer } from './image-view.ts';
export {
  checkConfig,
  type ImageParts,
  type ImportOptions,
  importImage,
  knownImage,
  type LayerSource,
} from './import-image.ts';
export { type ImportRootfsOptions, importRootfs } from './import-rootfs.ts';
export { type DockerInspect, inspectImage } from './inspect.ts';
export { type Blob, type Compression, storedBlob } from './layer-blobs.ts';
export { type ImageRow, listImages } from './list.ts';
export { type LoadedImage, type LoadOptions, loadArchive } from './load.ts';
export { type LayoutChoice, loadLayoutImage } from './load-layout.ts';
export type { Progress } from './progress.ts';
export { type PromisedLayers, promiseLayers } from './promise-layers.ts';
export { rememberRepoDigest, repoDigests } from './repo-digests.ts';
