/** The proxy of a request, from the variables that curl reads. */
import { isIP, isIPv4 } from 'node:net';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { redactUrls } from './redact.ts';

/**
 * The proxy for a URL; undefined: none. This machine is always reached directly.
 *
 * @throws AppError HTTP_PROXY_UNSUPPORTED
 */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const text = [name, name.toUpperCase(), 'all_proxy', 'ALL_PROXY']
    .map((key) => env[key])
    .find((value) => value !== undefined && value !== '');
  if (text === undefined || isLoopback(url) || isExempt(url, env)) return undefined;
  const proxy = parseProxy(text);
  if (proxy !== undefined && /^https?:$/.test(proxy.protocol)) return proxy;
  throw new AppError(
    'HTTP_PROXY_UNSUPPORTED',
    `cannot use the proxy '${redactUrls(text)}' from ${name}`,
    { expected: 'http://host:port or https://host:port', hint: 'SOCKS proxies are not supported' },
  );
}

function parseProxy(text: string): URL | undefined {
  try {
    return new URL(text.includes('://') ? text : `http://${text}`);
  } catch {
    return undefined;
  }
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
}

function isLoopback(url: URL): boolean {
  const host = hostOf(url);
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** NO_PROXY: domains with their subdomains, addresses, networks, `*`, each with an optional port. */
function isExempt(url: URL, env: Environment): boolean {
  const list = (env.no_proxy ?? env.NO_PROXY ?? '').toLowerCase().split(/[\s,]+/);
  const host = hostOf(url);
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return list.some((item) => {
    if (item === '') return false;
    if (item === '*') return true;
    const [, bare = item, itemPort] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(item) ?? [];
    if (itemPort !== undefined && itemPort !== port) return false;
    const wanted = bare.replace(/^\[(.*)\]$/, '$1');
    if (wanted.includes('/')) return inNetwork(host, wanted);
    if (isIP(host) !== 0) return host === wanted;
    const domain = wanted.replace(/^\*?\./, '');
    return host === domain || host.endsWith(`.${domain}`);
  });
}

function inNetwork(host: string, network: string): boolean {
  const [base = '', bits = ''] = network.split('/');
  if (!isIPv4(host) || !isIPv4(base) || !/^\d+$/.test(bits) || Number(bits) > 32) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(numberOf(host) / size) === Math.floor(numberOf(base) / size);
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
