export {
  type BringOptions,
  type BroughtImage,
  bringImage,
  imageOfDigest,
  storeName,
} from './bring-image.ts';
export { composeIndex, type IndexPart, partsOf, pushIndex } from './compose-index.ts';
export { type CopyOptions, copyToRegistry } from './copy-to-registry.ts';
export { type FetchOptions, fetchImage, TransferProgress } from './fetch-image.ts';
export { loadHint } from './load-hint.ts';
export { objectStoresOf, RegistryProvider, registriesOf } from './open-provider.ts';
export { type PushOptions, pushCollection, pushImages, sourceInStore } from './push-image.ts';
export { registryLayers } from './registry-layers.ts';
