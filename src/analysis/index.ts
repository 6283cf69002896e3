export { type CheckedBase, checkReport, compressedSize } from './check/index.ts';
export type * from './check/types.ts';
export {
  type ComparedReports,
  type CompareImagesOptions,
  compareFileSystems,
  compareLayers,
} from './compare-images.ts';
export {
  type ComparedImage,
  type StoredImage,
  scannedImage,
  storedImage,
} from './compared-image.ts';
export type { Cost, GivenRates, PullTime, Range, Rates } from './cost/index.ts';
export type { LeftoverKind } from './leftovers/index.ts';
export {
  type ChangeKind,
  type HiddenReason,
  ImageModel,
  type LayerTotals,
  LinkNumbers,
  NONE,
  type PathNode,
  type PathTable,
  ROOT,
  type Version,
  type VersionMetadata,
  type VersionTable,
  type VersionType,
} from './model/index.ts';
export {
  type Distribution,
  findDistribution,
  findPackages,
  type PackageType,
} from './packages/index.ts';
export {
  type BaseImage,
  compareReports,
  joinedStages,
  layerInstructions,
  makeReport,
  plainInstruction,
  type ReportOptions,
  type ScanImageOptions,
  type ScannedImage,
  type StageLayer,
  scanImage,
  securityLayers,
  storedLayers,
} from './report/index.ts';
export type * from './report/types.ts';
export { type SecretBytes, type SecretKind, withoutSecrets } from './secrets/index.ts';
export {
  type ContentColumns,
  type ContentTree,
  ContentTrees,
  contentTree,
} from './tree/index.ts';
export type * from './types.ts';
