export {
  type BringOptions,
  type BroughtImage,
  bringImage,
  imageOfDigest,
  storeName,
} from './bring-image.ts';
export { type Collection, collect } from './collect.ts';
export { composeIndex, type IndexPart, partsOf, pushIndex } from './compose-index.ts';
export { type FetchOptions, fetchImage, TransferProgress } from './fetch-image.ts';
export { importFrom } from './import-from.ts';
export { loadHint } from './load-hint.ts';
export { RegistryProvider, registriesOf } from './open-provider.ts';
export { contentOf, pushImages } from './push-image.ts';
export { registryLayers } from './registry-layers.ts';
export { openStoreSource } from './store-source.ts';
export { type LayoutTarget, writeToLayout, writeToRegistry } from './write-collection.ts';
