export { placesOf, rememberPlace } from './blob-places.ts';
export type { OnTransfer, TransferEvent, TransferState } from './events.ts';
export {
  type FetchOptions,
  fetchImage,
  type LayerSourceOptions,
  layerSource,
  readLayer,
} from './fetch-image.ts';
export {
  describeImage,
  isAttestation,
  type RemoteImage,
  type RemoteLayer,
  type ResolveOptions,
  resolveImage,
} from './resolve-image.ts';
