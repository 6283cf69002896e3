import { describe, expect, it } from 'vitest';
import type { FileEntry, FileType } from './entry.ts';
import { entryTree } from './entry-tree.ts';
import { expandWildcards } from './wildcard.ts';

function entry(path: string, type: FileType = 'file', linkTarget?: string): FileEntry {
  const plain = { mode: 0o644, uid: 0, gid: 0, size: 0, mtime: 0, mtimeNs: 0 };
  return { path, type, ...plain, ...(linkTarget === undefined ? {} : { linkTarget }) };
}

const tree = entryTree([
  entry('a.txt'),
  entry('b.txt'),
  entry('star*name'),
  entry('line\nbreak.txt'),
  entry('bad\xff.txt'),
  entry('d1', 'directory'),
  entry('d1/x.c'),
  entry('d1/sub', 'directory'),
  entry('d1/sub/y.c'),
  entry('d2', 'directory'),
  entry('d2/z.c'),
  entry('to-d1', 'symlink', 'd1'),
  entry('escape', 'symlink', '../../..'),
]);

describe('expandWildcards', () => {
  it.each([
    ['*.txt', ['a.txt', 'b.txt', 'bad\xff.txt', 'line\nbreak.txt']],
    ['?.txt', ['a.txt', 'b.txt']],
    ['[b-z].txt', ['b.txt']],
    ['d*/*.c', ['d1/x.c', 'd2/z.c']],
    ['*/sub', ['d1/sub']],
    ['**/y.c', []],
    ['*/*/y.c', ['d1/sub/y.c']],
    ['d*', ['d1', 'd2']],
    ['none*', []],
    ['to-d1/*.c', ['d1/x.c']],
    ['to-*', ['to-d1']],
    ['to-*/*.c', []],
    ['star\\*n*', ['star*name']],
    ['d1/../?.txt', ['a.txt', 'b.txt']],
    ['../*1', ['d1', 'to-d1']],
    ['escape/?.txt', ['a.txt', 'b.txt']],
    ['missing/*', []],
    ['a.txt/*', []],
    ['d?/sub/y.c', ['d1/sub/y.c']],
  ])('%j finds %j', (pattern, found) => {
    expect(expandWildcards(tree, pattern)).toEqual(found);
  });
});
