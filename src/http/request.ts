/** One GET over HTTP(S): with proxies, the machine's certificate authorities and a limited number of redirects. */
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect as connectTls } from 'node:tls';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { proxyFor } from './proxy.ts';
import { maskSecrets, redactUrls, splitCredentials } from './redact.ts';
import { secureContext } from './trust.ts';
import { openTunnel, proxyAuthorization, serverName, target } from './tunnel.ts';

const MAX_REDIRECTS = 10;
/** Milliseconds without any data. */
const IDLE_MS = 60_000;
const REDIRECTS = [301, 302, 303, 307, 308];

export interface GetOptions {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The caller's environment: configures proxies and certificates. */
  readonly env: Environment;
  /** Value of an Authorization header. Overrides credentials in the URL; redirects to other servers do not carry it. */
  readonly authorization?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Requests a URL. The caller must read or destroy the response's body.
 *
 * @returns the response with status 200 or 304
 * @throws AppError HTTP_BAD_URL, HTTP_STATUS, HTTP_FAILED, HTTP_REDIRECTS, HTTP_PROXY_UNSUPPORTED
 */
export async function get(text: string, options: GetOptions): Promise<IncomingMessage> {
  const first = splitCredentials(parseUrl(text));
  const given = options.authorization ?? first.authorization;
  try {
    return await follow(first.url, given, options);
  } catch (error) {
    throw given === undefined ? error : withoutEcho(error, given);
  }
}

async function follow(
  first: URL,
  given: string | undefined,
  options: GetOptions,
): Promise<IncomingMessage> {
  let url = first;
  let authorization = given;
  for (let count = 0; count <= MAX_REDIRECTS; count++) {
    options.signal?.throwIfAborted();
    const response = await getOnce(url, authorization, options);
    const status = response.statusCode ?? 0;
    if (status === 200 || status === 304) return response;
    response.destroy();
    const { location } = response.headers;
    if (!REDIRECTS.includes(status) || location === undefined) throw wrongStatus(url, response);
    const next = splitCredentials(parseUrl(location, url));
    if (next.url.protocol === 'http:' && url.protocol === 'https:') {
      throw new AppError('HTTP_FAILED', `${shown(url)} redirects from https to http`, {
        hint: 'use the address that it redirects to, if you trust it',
      });
    }
    const stays = next.url.host === url.host && next.url.protocol === url.protocol;
    authorization = next.authorization ?? (stays ? authorization : undefined);
    url = next.url;
  }
  throw new AppError(
    'HTTP_REDIRECTS',
    `${shown(first)} redirects more than ${MAX_REDIRECTS} times`,
    {
      hint: 'use the final address',
    },
  );
}

/** Servers may echo what they received. */
function withoutEcho(error: unknown, authorization: string): unknown {
  if (!(error instanceof AppError)) return error;
  const message = maskSecrets(error.message, [authorization, ...authorization.split(' ').slice(1)]);
  if (message === error.message) return error;
  const { code, hint, expected, details } = error;
  return new AppError(code, message, { hint, expected, details });
}

function parseUrl(text: string, base?: URL): URL {
  try {
    const url = new URL(text, base);
    if (/^https?:$/.test(url.protocol) && url.hostname !== '') return url;
  } catch {
    // Reported below.
  }
  throw new AppError('HTTP_BAD_URL', `'${redactUrls(text)}' is not a valid URL of a file`, {
    expected: 'http://host/path or https://host/path',
  });
}

async function getOnce(
  url: URL,
  authorization: string | undefined,
  options: GetOptions,
): Promise<IncomingMessage> {
  const headers: Record<string, string> = {
    'user-agent': 'lamina',
    'accept-encoding': 'identity',
    host: url.host,
    ...options.headers,
    ...(authorization === undefined ? {} : { authorization }),
  };
  const proxy = proxyFor(url, options.env);
  try {
    return await send(
      url,
      { headers, signal: options.signal, agent: false },
      { proxy, ...options },
    );
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof AppError) throw error;
    throw failed(url, error);
  }
}

interface Route extends GetOptions {
  readonly proxy: URL | undefined;
}

async function send(url: URL, base: RequestOptions, { proxy, env }: Route) {
  const path = `${url.pathname}${url.search}`;
  if (url.protocol === 'http:') {
    if (proxy === undefined) return exchange({ ...base, ...target(url), path }, requestHttp);
    const auth = proxyAuthorization(proxy);
    const headers = { ...(base.headers as Record<string, string>), ...auth };
    const options = { ...base, ...target(proxy), path: url.href, headers };
    const isHttps = proxy.protocol === 'https:';
    return exchange(
      isHttps ? { ...options, secureContext: secureContext(env) } : options,
      isHttps ? requestHttps : requestHttp,
    );
  }
  const secure = { secureContext: secureContext(env), servername: serverName(url) };
  if (proxy === undefined)
    return exchange({ ...base, ...target(url), path, ...secure }, requestHttps);
  const tunnel = await openTunnel(url, proxy, { env, signal: base.signal, idleMs: IDLE_MS });
  // Without an agent: an agent, even a new one, would own the connection.
  const { agent: _, ...direct } = base;
  const createConnection = () => connectTls({ socket: tunnel, ...secure });
  return exchange({ ...direct, ...target(url), path, createConnection }, requestHttps);
}

function exchange(
  options: RequestOptions & { readonly secureContext?: unknown },
  request: typeof requestHttp,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(options);
    sent.setTimeout(IDLE_MS, () => sent.destroy(new Error('no answer in time')));
    sent.on('error', reject);
    sent.on('response', resolve);
    sent.end();
  });
}

function shown(url: URL): string {
  return redactUrls(url.href);
}

function wrongStatus(url: URL, { statusCode, statusMessage }: IncomingMessage): AppError {
  const reason = `${statusCode ?? '?'} ${statusMessage ?? ''}`.trim();
  return new AppError('HTTP_STATUS', `${shown(url)} answered with ${reason}`, {
    hint: statusHint(url, statusCode),
    details: { status: statusCode },
  });
}

function statusHint({ hostname }: URL, status: number | undefined): string {
  if (status === 404) return 'check the address';
  return status === 401 || status === 403
    ? `to log in, give a token: --secret id=HTTP_AUTH_TOKEN_${hostname},env=VARIABLE`
    : 'try the address with curl -I';
}

/** The error for a failed request. */
export function failed(url: URL, cause: unknown): AppError {
  const reason = cause instanceof Error ? reasonOf(cause) : String(cause);
  return new AppError('HTTP_FAILED', `cannot get ${shown(url)}: ${redactUrls(reason)}`, {
    hint: /certificate|self-signed|issuer/i.test(reason)
      ? 'if your network uses its own certificate authority, install its certificate on this machine or set SSL_CERT_FILE'
      : 'check the address, the network, and the proxy variables',
    cause,
  });
}

function reasonOf(error: Error): string {
  // Happy Eyeballs yields one error for each address it tried.
  if (error instanceof AggregateError)
    return error.errors.map((one) => String(one.message)).join('; ');
  return error.message;
}
