export { findCredentials } from './find-credentials.ts';
