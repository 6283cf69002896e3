export { placesOf, rememberPlace } from './blob-places.ts';
export type { OnTransfer, TransferEvent, TransferState } from './events.ts';
export { type FetchOptions, fetchImage, TransferProgress } from './fetch-image.ts';
export { type ReadLayerOptions, readLayer } from './read-layer.ts';
export { recordRemote } from './record-remote.ts';
export { registryLayers } from './registry-layers.ts';
export {
  describeImage,
  isAttestation,
  type RemoteImage,
  type RemoteLayer,
  type ResolveOptions,
  resolveImage,
} from './resolve-image.ts';
