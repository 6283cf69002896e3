import { describe, expect, it } from 'vitest';
import { comparePaths, type FileEntry } from './entry.ts';
import { entryTree } from './entry-tree.ts';
import { cleanPath, resolveInTree } from './resolve.ts';

function entry(path: string, rest: Partial<FileEntry>): FileEntry {
  const plain = { mode: 0o644, uid: 0, gid: 0, size: 0, mtime: 0, mtimeNs: 0 };
  return { path, type: 'file', ...plain, ...rest };
}

const link = (path: string, linkTarget: string): FileEntry =>
  entry(path, { type: 'symlink', linkTarget });
const directory = (path: string): FileEntry => entry(path, { type: 'directory' });

const tree = entryTree([
  directory('usr'),
  directory('usr/bin'),
  entry('usr/bin/sh', {}),
  link('bin', 'usr/bin'),
  link('abs', '/usr/bin/sh'),
  link('out', '../../../../etc/passwd'),
  link('up', '..'),
  link('usr/top', '../..'),
  link('usr/self', '.'),
  link('loop', 'loop'),
  link('ping', 'pong'),
  link('pong', 'ping'),
  link('dangling', '/nowhere/at/all'),
  link('chain', 'bin/../top/bin'),
  entry('file', {}),
]);

const cases: readonly (readonly [path: string, to: string, existing: string])[] = [
  ['', '', ''],
  ['/', '', ''],
  ['.', '', ''],
  ['usr/bin/sh', 'usr/bin/sh', 'usr/bin/sh'],
  ['/usr//bin/./sh', 'usr/bin/sh', 'usr/bin/sh'],
  ['bin/sh', 'usr/bin/sh', 'usr/bin/sh'],
  ['abs', 'usr/bin/sh', 'usr/bin/sh'],
  ['../../usr', 'usr', 'usr'],
  ['out', 'etc/passwd', ''],
  ['up/usr', 'usr', 'usr'],
  ['usr/top/usr', 'usr', 'usr'],
  ['usr/self/self/bin', 'usr/bin', 'usr/bin'],
  ['bin/..', 'usr', 'usr'],
  ['bin/../bin', 'usr/bin', 'usr/bin'],
  ['chain/sh', 'usr/bin/sh', 'usr/bin/sh'],
  ['dangling', 'nowhere/at/all', ''],
  ['dangling/below', 'nowhere/at/all/below', ''],
  ['usr/missing/deep', 'usr/missing/deep', 'usr'],
  ['usr/missing/../bin', 'usr/bin', 'usr/bin'],
  ['file/below', 'file/below', 'file'],
  ['file/../usr', 'usr', 'usr'],
];

describe('resolveInTree', () => {
  it.each(cases)('%j leads to %j', (path, to, existing) => {
    const resolved = resolveInTree(tree, path);
    expect(resolved.path).toBe(to);
    expect(resolved.existing).toBe(existing);
    expect(resolved.entry?.path).toBe(to === existing ? to : undefined);
    expect([existing, resolved.missing].filter((part) => part !== '').join('/')).toBe(to);
  });

  it('keeps the last symlink on request', () => {
    expect(resolveInTree(tree, 'usr/self/../bin', { followLast: false }).path).toBe('bin');
    expect(resolveInTree(tree, 'abs', { followLast: false }).entry?.type).toBe('symlink');
    expect(resolveInTree(tree, 'bin/sh', { followLast: false }).path).toBe('usr/bin/sh');
  });

  it.each(['loop', 'ping', 'pong/x', 'loop/..'])('gives up on the loop %j', (path) => {
    expect(() => resolveInTree(tree, path)).toThrowError(/too many symbolic links/);
  });

  it('counts links', () => {
    expect(resolveInTree(tree, 'abs', { maxLinks: 1 }).path).toBe('usr/bin/sh');
    expect(() => resolveInTree(tree, 'abs', { maxLinks: 0 })).toThrowError();
  });
});

describe('cleanPath', () => {
  it.each([
    ['/a/../../b', 'b'],
    ['a/./b//c/', 'a/b/c'],
    ['..', ''],
    ['a\n/b', 'a\n/b'],
  ])('%j is %j', (path, clean) => {
    expect(cleanPath(path)).toBe(clean);
  });
});

describe('comparePaths', () => {
  it('orders a directory before its content, and that before longer siblings', () => {
    const sorted = ['a', 'a/b', 'a/b/c', 'a-b', 'a.b', 'ab'];
    expect([...sorted].reverse().sort(comparePaths)).toEqual(sorted);
  });
});
