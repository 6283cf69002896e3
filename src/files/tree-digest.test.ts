import { describe, expect, it } from 'vitest';
import { contentDigest } from './content-digest.ts';
import type { FileEntry } from './entry.ts';
import { treeDigest } from './tree-digest.ts';

const file: FileEntry = {
  path: 'a',
  type: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  size: 1,
  mtime: 1,
  mtimeNs: 0,
};
const digest = contentDigest('x');
const base = treeDigest([{ entry: file, digest }]);

const changes: readonly (readonly [what: string, change: Partial<FileEntry>])[] = [
  ['path', { path: 'b' }],
  ['mode', { mode: 0o755 }],
  ['uid', { uid: 1 }],
  ['gid', { gid: 1 }],
  ['size', { size: 2 }],
  ['link target', { linkTarget: 'x' }],
  ['major number', { devMajor: 1 }],
  ['minor number', { devMinor: 1 }],
  ['capabilities', { xattrs: { 'security.capability': 'b' } }],
];

const nothing: readonly (readonly [what: string, change: Partial<FileEntry>])[] = [
  ['mtime', { mtime: 2, mtimeNs: 3 }],
  ['SELinux labels', { xattrs: { 'security.selinux': 'x' } }],
  ['attributes of users', { xattrs: { 'user.a': 'b' } }],
  ['access lists', { xattrs: { 'system.posix_acl_access': 'x' } }],
  ['the number of a link group', { linkGroup: 7 }],
];

describe('treeDigest', () => {
  it.each(changes)('covers the %s', (_, change) => {
    expect(treeDigest([{ entry: { ...file, ...change }, digest }])).not.toBe(base);
  });

  it.each(nothing)('leaves out %s', (_, change) => {
    expect(treeDigest([{ entry: { ...file, ...change }, digest }])).toBe(base);
  });

  it('covers content, type and note', () => {
    expect(treeDigest([{ entry: file, digest: contentDigest('y') }])).not.toBe(base);
    expect(treeDigest([{ entry: file, digest, note: 'n' }])).not.toBe(base);
    const fifo = { ...file, type: 'fifo', size: 0 } as const;
    const directory = { ...file, type: 'directory', size: 0 } as const;
    expect(treeDigest([{ entry: fifo }])).not.toBe(treeDigest([{ entry: directory }]));
  });

  it('covers which files are one inode, not how the groups are numbered', () => {
    const pair = (first?: number, second?: number): string => {
      const a = { ...file, linkGroup: first };
      const b = { ...file, path: 'b', linkGroup: second };
      return treeDigest([
        { entry: a, digest },
        { entry: b, digest },
      ]);
    };
    expect(pair(1, 1)).toBe(pair(9, 9));
    expect(pair(1, 1)).not.toBe(pair(1, 2));
    expect(pair(1, 2)).toBe(pair());
  });

  it('wants the digest of a file', () => {
    expect(() => treeDigest([{ entry: file }])).toThrowError(/no content digest/);
  });
});
