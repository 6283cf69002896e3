export { placesOf, rememberPlace } from './blob-places.ts';
export {
  type BringOptions,
  type BroughtImage,
  bringImage,
  imageOfDigest,
  storeName,
} from './bring-image.ts';
export { isAttestation, type ResolveOptions } from './choose-manifest.ts';
export { type CopySource, collect } from './copy/collect.ts';
export { composeIndex, type IndexPart, partsOf, pushIndex } from './copy/compose-index.ts';
export { importFrom } from './copy/import-from.ts';
export { openLayoutSource } from './copy/layout-source.ts';
export { openStoreSource } from './copy/store-source.ts';
export { type LayoutTarget, writeToLayout, writeToRegistry } from './copy/write-collection.ts';
export type { OnTransfer, TransferEvent, TransferState } from './events.ts';
export { type FetchOptions, fetchImage, TransferProgress } from './fetch-image.ts';
export { loadHint } from './load-hint.ts';
export { RegistryProvider, registriesOf } from './open-provider.ts';
export { type PushContent, type PushOptions, pushContent, skipping } from './push-content.ts';
export { contentOf, pushImages } from './push-image.ts';
export { recordRemote } from './record-remote.ts';
export { registryLayers } from './registry-layers.ts';
export {
  describeImage,
  type RemoteImage,
  type RemoteLayer,
  resolveImage,
} from './resolve-image.ts';
