import { describe, expect, test } from 'vitest';
import { type MemberSketch, tarOfMembers } from '../../test/support/archives.ts';
import { readTar } from './read.ts';

async function read(member: MemberSketch): Promise<string> {
  for await (const { header } of readTar([tarOfMembers([member])])) return header.path;
  throw new Error('the archive is empty');
}

const attributes = (count: number, value = 'v') =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`user.a${n}`, value]));

describe('an entry is refused that has', () => {
  test.each<[string, MemberSketch, string]>([
    ['a name of 256 bytes', { path: 'x'.repeat(256) }, 'its name has 256 bytes, more than 255'],
    ['such a directory', { path: `a/${'x'.repeat(256)}/b` }, 'its name has 256 bytes'],
    ['a path of 4,096 bytes', { path: 'x/'.repeat(2048) }, 'its path has 4096 bytes'],
    [
      'a long link target',
      { path: 'x', type: 'symlink', linkTarget: 'y'.repeat(5000) },
      'its link target has 5000 bytes',
    ],
    ['an owner no system has', { path: 'x', uid: 2 ** 40 }, 'is out of range'],
    [
      '2,000 attributes',
      { path: 'x', xattrs: attributes(2000) },
      'it has 2000 extended attributes',
    ],
    ['large attributes', { path: 'x', xattrs: attributes(9, 'v'.repeat(9000)) }, 'attributes have'],
    ['an attribute of a long name', { path: 'x', xattrs: { ['x'.repeat(256)]: '' } }, '256 bytes'],
  ])('%s', async (_what, member, message) => {
    await expect(read(member)).rejects.toMatchObject({
      code: 'ENTRY_UNSTORABLE',
      message: expect.stringContaining(message),
    });
  });

  test('a path of 20,000 parts', async () => {
    const path = Array<string>(20_000).fill('a').join('/');
    await expect(read({ path })).rejects.toMatchObject({ code: 'ENTRY_UNSTORABLE' });
  });
});

describe('an entry is accepted that has', () => {
  test.each<[string, MemberSketch]>([
    ['a name of 255 bytes', { path: 'x'.repeat(255) }],
    ['a whiteout of such a name', { path: `.wh.${'x'.repeat(255)}` }],
    ['a path of 4,095 bytes', { path: `${'x/'.repeat(2047)}x` }],
    ['256 attributes', { path: 'x', xattrs: attributes(256) }],
    ['an attribute of 64 kB', { path: 'x', xattrs: { 'user.a': 'v'.repeat(65_000) } }],
  ])('%s', async (_what, member) => {
    expect(await read(member)).toBe(member.path);
  });
});
