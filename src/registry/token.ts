/**
 * The Authorization header: a name and password, or a token from a token server.
 * https://distribution.github.io/distribution/spec/auth/token/
 * https://distribution.github.io/distribution/spec/auth/oauth/
 */
import type { HttpRequest } from '../http/index.ts';
import { parseJson } from './json.ts';
import { isObject } from './shape.ts';
import type { Credentials } from './types.ts';

export interface Token {
  /** Value of the Authorization header. */
  readonly header: string;
  /** On the clock of `performance.now()`. */
  readonly endsAt: number;
}

/** Lifetime of a token if the server does not state one, in seconds: the specification's minimum. */
const SHORTEST_LIFE_S = 60;
/** Share of its lifetime by which a token expires early for us, since requests take time. */
const MARGIN = 0.1;

/** Value of the Authorization header for a name and password; undefined without them. */
export function basicLogin(credentials: Credentials | undefined): string | undefined {
  if (credentials?.kind !== 'password') return undefined;
  const pair = `${credentials.username}:${credentials.password}`;
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
}

export interface TokenDemand {
  readonly service: string | undefined;
  readonly scopes: readonly string[];
  readonly credentials: Credentials | undefined;
}

/** The request for a token from the token server (realm) that the registry named. */
export function tokenRequest(realm: URL, demand: TokenDemand): HttpRequest {
  const { service, scopes, credentials } = demand;
  if (credentials?.kind === 'identity') {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: credentials.token,
      client_id: 'lamina',
      ...(service === undefined ? {} : { service }),
      scope: scopes.join(' '),
    });
    const bytes = Buffer.from(form.toString(), 'utf8');
    return {
      method: 'POST',
      url: realm,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: { length: bytes.length, chunks: [bytes] },
    };
  }
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  const authorization = basicLogin(credentials);
  return {
    method: 'GET',
    url,
    ...(authorization === undefined ? {} : { headers: { authorization } }),
  };
}

/** The token in an answer; undefined if there is no usable one. */
export function tokenIn(text: string): Token | undefined {
  const answer = parseJson(text);
  if (!isObject(answer)) return undefined;
  const token = answer.token || answer.access_token;
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) return undefined;
  const given = answer.expires_in;
  const seconds = typeof given === 'number' && given > 0 ? given : SHORTEST_LIFE_S;
  return { header: `Bearer ${token}`, endsAt: performance.now() + seconds * 1000 * (1 - MARGIN) };
}
