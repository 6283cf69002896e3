import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DirectoryTree, temporaryDirectory } from '../../../test/support/workshop.ts';
import { resolveUser } from './resolve-user.ts';

const PASSWD = `root:x:0:0:root:/root:/bin/sh

app:x:1000:1001::/home/app:
twin:x:1000:1002::/other:
100:x:555:556::/number:
broken:x:abc:0::/:
short:x
`;
const GROUP = `root:x:0:root
app:x:1001:
extra:x:2000:root,app
more:x:2001:app
odd:x:nan:app
`;

describe('with passwd and group', () => {
  test.each([
    ['', { uid: 0, gid: 0, additionalGids: [0, 2000], home: '/root' }],
    ['0', { uid: 0, gid: 0, additionalGids: [0, 2000], home: '/root' }],
    ['root', { uid: 0, gid: 0, additionalGids: [0, 2000], home: '/root' }],
    ['root:root', { uid: 0, gid: 0, additionalGids: [0], home: '/root' }],
    ['root:7', { uid: 0, gid: 7, additionalGids: [7], home: '/root' }],
    ['app', { uid: 1000, gid: 1001, additionalGids: [1001, 2000, 2001], home: '/home/app' }],
    ['1000', { uid: 1000, gid: 1001, additionalGids: [1001, 2000, 2001], home: '/home/app' }],
    ['app:extra', { uid: 1000, gid: 2000, additionalGids: [2000], home: '/home/app' }],
    ['app:77', { uid: 1000, gid: 77, additionalGids: [77], home: '/home/app' }],
    ['1000:1000', { uid: 1000, gid: 1000, additionalGids: [1000], home: '/home/app' }],
    ['1000:app', { uid: 1000, gid: 1001, additionalGids: [1001], home: '/home/app' }],
    ['twin', { uid: 1000, gid: 1002, additionalGids: [1002], home: '/home/app' }],
    ['100', { uid: 100, gid: 0, additionalGids: [0], home: '/' }],
    ['4000', { uid: 4000, gid: 0, additionalGids: [0], home: '/' }],
  ])('%j', (user, expected) => {
    using directory = imageRoot();
    expect(resolveUser(user, new DirectoryTree(directory.path))).toEqual(expected);
  });

  test.each([
    ['ap', 'USER_UNKNOWN', "did you mean 'app'?"],
    ['nobody', 'USER_UNKNOWN', expect.stringContaining('/etc/passwd')],
    ['app # not root', 'USER_UNKNOWN', expect.stringContaining('a line of its own')],
    ['broken', 'USER_UNKNOWN', expect.anything()],
    ['app:mor', 'GROUP_UNKNOWN', "did you mean 'more'?"],
    ['app:odd', 'GROUP_UNKNOWN', expect.anything()],
    ['-1', 'USER_INVALID', undefined],
    ['2147483648', 'USER_INVALID', undefined],
    ['1:2:3', 'USER_INVALID', undefined],
  ])('%j is refused: %s', (user, code, hint) => {
    using directory = imageRoot();
    const resolve = () => resolveUser(user, new DirectoryTree(directory.path));
    expect(resolve).toThrow(expect.objectContaining({ code, hint }));
  });
});

describe('without files', () => {
  test.each([
    ['', { uid: 0, gid: 0, additionalGids: [0], home: '/' }],
    ['12', { uid: 12, gid: 0, additionalGids: [0], home: '/' }],
    ['12:34', { uid: 12, gid: 34, additionalGids: [34], home: '/' }],
  ])('%j', (user, expected) => {
    using directory = temporaryDirectory();
    expect(resolveUser(user, new DirectoryTree(directory.path))).toEqual(expected);
  });

  test('a name is unknown', () => {
    using directory = temporaryDirectory();
    const resolve = () => resolveUser('root', new DirectoryTree(directory.path));
    expect(resolve).toThrow(expect.objectContaining({ code: 'USER_UNKNOWN' }));
  });
});

test('links lead to files of the image, never of the machine', () => {
  using directory = temporaryDirectory();
  mkdirSync(`${directory.path}/etc`);
  mkdirSync(`${directory.path}/usr`);
  symlinkSync('../../../../../usr/passwd', `${directory.path}/etc/passwd`);
  writeFileSync(`${directory.path}/usr/passwd`, 'me:x:5:6::/me:\n');
  const tree = new DirectoryTree(directory.path);
  expect(resolveUser('me', tree)).toMatchObject({ uid: 5, gid: 6, home: '/me' });
  expect(() => resolveUser('daemon', tree)).toThrow(/unknown user/);
});

test('a passwd that is no file is an error', () => {
  using directory = temporaryDirectory();
  mkdirSync(`${directory.path}/etc/passwd`, { recursive: true });
  const resolve = () => resolveUser('me', new DirectoryTree(directory.path));
  expect(resolve).toThrow(expect.objectContaining({ code: 'USER_FILE_INVALID' }));
});

function imageRoot() {
  const directory = temporaryDirectory();
  mkdirSync(`${directory.path}/etc`);
  writeFileSync(`${directory.path}/etc/passwd`, PASSWD);
  writeFileSync(`${directory.path}/etc/group`, GROUP);
  return directory;
}
