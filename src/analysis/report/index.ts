export { compareReports } from './compare-reports.ts';
export { joinedStages, type StageLayer } from './joined-stages.ts';
export { directorySizes, largestDirectories, largestFiles } from './largest.ts';
export { layerInstructions, plainInstruction } from './layer-history.ts';
export {
  type BaseImage,
  type LayerSource,
  makeReport,
  type ReportOptions,
  type StageSize,
} from './make-report.ts';
export {
  type LayerProblem,
  type ScanImageOptions,
  type ScannedImage,
  scanImage,
} from './scan-image.ts';
export { securityLayers } from './security.ts';
export { storedLayers } from './stored-layers.ts';
export type * from './types.ts';
