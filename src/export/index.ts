export { type AssembleInput, assembleImage } from './assemble.ts';
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
export { type HistoryLayer, type HistoryRow, historyRows, imageHistory } from './history.ts';
export type { NewHistory } from './image-history.ts';
export { type ImportRootfsOptions, importRootfs } from './import-rootfs.ts';
export { type ImageInspect, inspectImage } from './inspect.ts';
export { type SquashImageOptions, squashImage } from './squash-image.ts';
