export { type Environment, proxyFor } from './proxy.ts';
export { maskSecrets, maskUrls, redactUrls, splitCredentials } from './redact.ts';
export type { GetOptions } from './request.ts';

/** Requests themselves: loaded when they are needed, since HTTPS takes longer to load than a cached build to answer. */
export function loadRequests(): Promise<typeof import('./request.ts')> {
  return import('./request.ts');
}
