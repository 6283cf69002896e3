export { findEndpoints } from './find-endpoints.ts';
