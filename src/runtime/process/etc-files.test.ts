import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../../test/support/workshop.ts';
import { hostsFile, readHostResolvFile, resolvFile } from './etc-files.ts';

test('hosts has this machine, then what was added', () => {
  expect(hostsFile('box', [{ name: 'db', address: '::7' }])).toBe(
    '127.0.0.1\tlocalhost box\n::1\tlocalhost ip6-localhost ip6-loopback\n::7\tdb\n',
  );
});

test("without the host's network, servers on its loopback are left out", () => {
  const text =
    'search x\nnameserver 127.0.0.1\nnameserver 9.9.9.9\n nameserver ::1\n# nameserver\n';
  expect(resolvFile(text, 'host')).toBe(text);
  expect(resolvFile(text, 'none')).toBe('search x\nnameserver 9.9.9.9\n# nameserver\n');
});

test('a private network has one name server, which forwards to those of this machine', () => {
  const text = 'search x\nnameserver 127.0.0.1\nnameserver 9.9.9.9\noptions edns0\n';
  expect(resolvFile(text, 'private')).toBe('nameserver 10.215.199.3\nsearch x\noptions edns0\n');
});

test.each([
  ['nameserver 127.0.0.53\noptions edns0\n', 'behind'],
  ['nameserver 127.0.0.53\nnameserver 1.1.1.1\n', 'own'],
  ['search x\n', 'own'],
])('of %j the file is the one that is %s', (text, which) => {
  using directory = temporaryDirectory();
  const [own, behind] = [`${directory.path}/own`, `${directory.path}/behind`];
  writeFileSync(own, text);
  writeFileSync(behind, 'nameserver 2.2.2.2\n');
  const expected = which === 'own' ? text : 'nameserver 2.2.2.2\n';
  expect(readHostResolvFile(own, behind)).toBe(expected);
});

test('a machine without the file has empty text', () => {
  expect(readHostResolvFile('/nowhere/a', '/nowhere/b')).toBe('');
});
