export { directorySizes, largestDirectories, largestFiles } from './largest.ts';
export { layerInstructions, plainInstruction } from './layer-history.ts';
export { type LayerSource, makeReport, type ReportOptions } from './make-report.ts';
export {
  type LayerProblem,
  type ScanImageOptions,
  type ScannedImage,
  scanImage,
} from './scan-image.ts';
export { storedLayers } from './stored-layers.ts';
export type * from './types.ts';
