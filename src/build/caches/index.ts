export { INLINE_KEY } from '../../cache/index.ts';
export { BuildCaches, type UsedMount } from './build-caches.ts';
export { parseCaches } from './parse-cache.ts';
