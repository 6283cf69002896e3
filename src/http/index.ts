export type { HttpBody, HttpClient, HttpRequest, HttpResponse } from './client.ts';
export { HttpFailure } from './http-failure.ts';
export { proxyFor } from './proxy.ts';
export { maskSecrets, maskUrls, redactUrls, splitCredentials } from './redact.ts';
export type { GetOptions } from './request.ts';

export type { CertificateFile, TrustFacts } from './trust.ts';

/** Loads requests on first use: Node's HTTPS takes longer to load than a cached build runs. */
export function loadRequests(): Promise<typeof import('./request.ts')> {
  return import('./request.ts');
}

/** Loads the client with kept-alive connections on first use, for the same reason. */
export async function loadClient(): Promise<typeof import('./client.ts').openHttpClient> {
  return (await import('./client.ts')).openHttpClient;
}

/** What HTTPS trusts on this machine, loaded on first use too. */
export async function loadTrust(): Promise<typeof import('./trust.ts').describeTrust> {
  return (await import('./trust.ts')).describeTrust;
}
