export {
  type CompareImagesOptions,
  compareFileSystems,
  compareLayers,
  type StoredImage,
} from './compare-images.ts';
export { makeReport, type ReportOptions, scanImage } from './report/index.ts';
export type * from './report/types.ts';
export type * from './types.ts';
