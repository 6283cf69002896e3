export { findCredentials } from './find-credentials.ts';
export { dropLogin, type KeptLogin, keepLogin, type Login } from './keep-login.ts';
