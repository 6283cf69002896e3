import type { HttpResponse } from '../http/index.ts';
import { breach } from './answers.ts';

const REDIRECTS = [301, 302, 303, 307, 308];
export const MAX_REDIRECTS = 5;

export function isRedirect({ status }: Pick<HttpResponse, 'status'>): boolean {
  return REDIRECTS.includes(status);
}

/**
 * Resolves a Location header. A server behind a proxy that terminates TLS may name itself with http: an address with
 * the same host name keeps the scheme and port of the request.
 *
 * @throws AppError REGISTRY_PROTOCOL if it is no URL, or downgrades HTTPS
 */
export function locationOf(
  { headers: { location } }: Pick<HttpResponse, 'headers'>,
  from: URL,
  context: { readonly host: string; readonly subject: string },
): URL {
  const url =
    location !== undefined && URL.canParse(location, from.href)
      ? new URL(location, from)
      : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw breach(context, 'redirects without an address');
  }
  url.username = '';
  url.password = '';
  url.hash = '';
  if (url.protocol === 'https:' || from.protocol === 'http:') return url;
  if (url.hostname !== from.hostname) throw breach(context, 'redirects from https to http');
  url.protocol = 'https:';
  url.port = from.port;
  return url;
}
