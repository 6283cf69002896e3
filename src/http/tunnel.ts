/** Connections to a server through a proxy. */
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import type { Environment } from '../environment.ts';
import { redactUrls, splitCredentials } from './redact.ts';
import { secureContext } from './trust.ts';

/** The host and port of a URL. */
export function target(url: URL): { readonly hostname: string; readonly port?: string } {
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return url.port === '' ? { hostname } : { hostname, port: url.port };
}

/** The name that the certificate must have; empty for addresses, which are no server names. */
export function serverName(url: URL): string {
  return /^[\d.]+$|^\[/.test(url.hostname) ? '' : url.hostname;
}

/** The authorization header for a proxy whose URL has credentials. */
export function proxyAuthorization(proxy: URL): Record<string, string> {
  const { authorization } = splitCredentials(proxy);
  return authorization === undefined ? {} : { 'proxy-authorization': authorization };
}

export interface TunnelOptions {
  readonly env: Environment;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without an answer from the proxy. */
  readonly idleMs: number;
}

/**
 * Opens a connection to a host through a proxy (CONNECT).
 *
 * @throws Error if the proxy cannot be reached or refuses; without its password
 */
export function openTunnel(url: URL, proxy: URL, options: TunnelOptions): Promise<Socket> {
  const { env, signal, idleMs } = options;
  const host = `${url.hostname}:${url.port === '' ? '443' : url.port}`;
  const isHttps = proxy.protocol === 'https:';
  const request: RequestOptions & { readonly secureContext?: unknown } = {
    ...target(proxy),
    method: 'CONNECT',
    path: host,
    headers: { host, ...proxyAuthorization(proxy) },
    agent: false,
    ...(signal === undefined ? {} : { signal }),
    ...(isHttps ? { secureContext: secureContext(env), servername: serverName(proxy) } : {}),
  };
  return new Promise((resolve, reject) => {
    const sent = (isHttps ? requestHttps : requestHttp)(request);
    sent.setTimeout(idleMs, () => sent.destroy(new Error('the proxy did not answer in time')));
    sent.on('error', reject);
    sent.on('response', (response) => reject(refused(proxy, response)));
    sent.on('connect', (response, socket) => {
      if (response.statusCode === 200) {
        socket.setTimeout(0);
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(refused(proxy, response));
    });
    sent.end();
  });
}

function refused(proxy: URL, { statusCode }: IncomingMessage): Error {
  return new Error(`the proxy ${redactUrls(proxy.href)} answered with status ${statusCode}`);
}
