export { canonicalJson } from './canonical-json.ts';
export { decodeDescriptor, decodeImageConfig, decodeIndex, decodeManifest } from './decode.ts';
export {
  chainIds,
  digestHex,
  digestOf,
  isDigest,
  parseDiffId,
  parseDigest,
  RunningDigest,
} from './digest.ts';
export { formatTime, parseTime, ZERO_TIME } from './go-time.ts';
export {
  isIndexType,
  isManifestType,
  type LayerCompression,
  layerCompression,
  layerMediaType,
  layerTypeIn,
  MEDIA_TYPES,
} from './media-types.ts';
export { isNestedTooDeep } from './nesting.ts';
export {
  formatPlatform,
  hostPlatform,
  imagePlatform,
  normalizePlatform,
  parsePlatform,
  platformMatches,
} from './platform.ts';
export {
  familiarName,
  familiarRepository,
  formatReference,
  parseReference,
  type Reference,
  withDefaultTag,
} from './reference.ts';
export { selectPlatform } from './select-platform.ts';
export * from './types.ts';
