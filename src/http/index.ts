export type { HttpBody, HttpClient, HttpRequest, HttpResponse } from './client.ts';
export { HttpFailure } from './http-failure.ts';
export { proxyFor } from './proxy.ts';
export { maskSecrets, maskUrls, redactUrls, splitCredentials } from './redact.ts';
export type { GetOptions } from './request.ts';

/** Requests themselves: loaded when they are needed, since HTTPS takes longer to load than a cached build to answer. */
export function loadRequests(): Promise<typeof import('./request.ts')> {
  return import('./request.ts');
}

/** A client that keeps connections: loaded when it is needed, as above. */
export async function loadClient(): Promise<typeof import('./client.ts').openHttpClient> {
  return (await import('./client.ts')).openHttpClient;
}
