export { type CacheAnswer, INLINE_KEY } from '../../cache/index.ts';
export { BuildCaches, type RenewedMounts, type UsedMount } from './build-caches.ts';
export { shownSpec } from './masked-spec.ts';
export { parseCaches } from './parse-cache.ts';
