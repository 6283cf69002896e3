import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { knownHostKeys, sshHostOf } from './known-hosts.ts';

it.each([
  ['git@host.test:team/app.git', 'host.test'],
  ['host.test:app.git', 'host.test'],
  ['ssh://git@host.test/app.git', 'host.test'],
  ['ssh://host.test:22/app.git', 'host.test'],
  ['ssh://git@host.test:2222/app.git', '[host.test]:2222'],
  ['ssh://git@[::1]:2222/app.git', '[::1]:2222'],
  ['https://host.test/app.git', undefined],
  ['git://host.test/app.git', undefined],
])('knows the host of %s: %s', (remote, host) => {
  expect(sshHostOf(remote)).toBe(host);
});

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4DS2OS2GNOqvFQ3sVQ1GmHZ0eBbVxY7sPNcsQ7W0mX';

it('takes the keys of a host, and of no other', async () => {
  const HOME = temporaryDirectory('known-hosts');
  mkdirSync(join(HOME, '.ssh'));
  const lines = [`# mine\nhost.test ${KEY}`, `other.test ${KEY}`, `[host.test]:2222 ${KEY}`];
  writeFileSync(join(HOME, '.ssh/known_hosts'), `${lines.join('\n')}\n`);
  const { PATH } = process.env;
  expect(await knownHostKeys('host.test', { HOME, PATH })).toBe(`host.test ${KEY}\n`);
  expect(await knownHostKeys('[host.test]:2222', { HOME, PATH })).toBe(`${lines[2]}\n`);
  expect(await knownHostKeys('third.test', { HOME, PATH })).toBe('');
});

it('knows no host where there is no ssh', async () => {
  expect(await knownHostKeys('host.test', { HOME: '/nonexistent', PATH: '/nonexistent' })).toBe('');
});
