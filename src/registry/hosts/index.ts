export { findEndpoints } from './find-endpoints.ts';
export { configHome, homeOf } from './places.ts';
