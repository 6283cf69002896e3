export {
  type CompareImagesOptions,
  compareFileSystems,
  compareLayers,
  type StoredImage,
} from './compare-images.ts';
export type * from './types.ts';
