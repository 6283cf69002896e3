/** The files that every container gets from outside: /etc/hosts and /etc/resolv.conf. */
import { readFileSync } from 'node:fs';
import { PRIVATE_ADDRESSES } from './private-address.ts';
import type { ExtraHost, ProcessNetwork } from './spec.ts';

/** The text of /etc/hosts: this machine under both its names, then the user's entries. */
export function hostsFile(hostname: string, extraHosts: readonly ExtraHost[]): string {
  const lines = [
    `127.0.0.1\tlocalhost ${hostname}`,
    '::1\tlocalhost ip6-localhost ip6-loopback',
    ...extraHosts.map(({ name, address }) => `${address}\t${name}`),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * The text of /etc/resolv.conf. With the host's network it is the host's file. Without a network, name servers on the
 * host's loopback are left out, since nothing answers there. A private network has a name server of its own.
 * @param text the host's file
 */
export function resolvFile(text: string, network: ProcessNetwork): string {
  if (network === 'host') return text;
  const lines = text.split('\n');
  if (network === 'none') return lines.filter((line) => !isLoopback(nameserver(line))).join('\n');
  const others = lines.filter((line) => nameserver(line) === undefined);
  return [`nameserver ${PRIVATE_ADDRESSES.nameServer}`, ...others].join('\n');
}

/**
 * Reads the host's file; if systemd-resolved's stub is the only server, the file with its upstream servers. Empty if
 * there is none.
 */
export function readHostResolvFile(
  path = '/etc/resolv.conf',
  behindStub = '/run/systemd/resolve/resolv.conf',
): string {
  const text = readOr(path, '');
  const servers = text.split('\n').flatMap((line) => nameserver(line) ?? []);
  const onlyStub = servers.length > 0 && servers.every((server) => server === '127.0.0.53');
  return onlyStub ? readOr(behindStub, text) : text;
}

function nameserver(line: string): string | undefined {
  return /^\s*nameserver\s+(\S+)/.exec(line)?.[1];
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (/^127\./.test(address) || address === '::1');
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}
