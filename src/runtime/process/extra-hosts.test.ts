import { isIPv4 } from 'node:net';
import { expect, test } from 'vitest';
import { resolveHosts } from './extra-hosts.ts';

const HOSTS = [
  { name: 'me', address: 'host-gateway' },
  { name: 'other', address: '192.0.2.7' },
];

test('this machine is the loopback with its network', () => {
  expect(resolveHosts(HOSTS, 'host')).toEqual([{ name: 'me', address: '127.0.0.1' }, HOSTS[1]]);
});

test('a private network reaches this machine by another address', () => {
  const [me, other] = resolveHosts(HOSTS, 'private');
  expect(isIPv4(me?.address ?? '')).toBe(true);
  expect(me?.address).not.toMatch(/^127\./);
  expect(other).toEqual(HOSTS[1]);
});
