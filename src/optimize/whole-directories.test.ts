import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { treeOf } from '../../test/support/image-tree.ts';
import { filesBelow } from './image-tree.ts';
import { wholeDirectories } from './whole-directories.ts';

describe('a short list of paths', () => {
  const tree = treeOf({ 'a/1': 'x', 'a/b/2': 'x', 'a/b/3': 'x', 'c/4': 'x', 'd/': '' });

  it('names a directory for all its files', () => {
    expect(wholeDirectories(tree, new Set(['a/1', 'a/b/2', 'a/b/3']))).toEqual(['a']);
    expect(wholeDirectories(tree, new Set(['a/b/2', 'a/b/3', 'c/4']))).toEqual(['a/b', 'c']);
    expect(wholeDirectories(tree, new Set(['a/1', 'a/b/2']))).toEqual(['a/1', 'a/b/2']);
  });

  it('names an empty directory that is used', () => {
    expect(wholeDirectories(tree, new Set(['d']))).toEqual(['d']);
    expect(wholeDirectories(tree, new Set(['a', 'c/4']))).toEqual(['c']);
    const deep = treeOf({ 'var/lib/x/': '', 'var/lib/y/1': 'x', 'var/z': 'x' });
    expect(wholeDirectories(deep, new Set(['var/lib/x']))).toEqual(['var/lib/x']);
  });

  it('names a directory with a few small files more, rather than very many files', () => {
    const files = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`lib/${index}`, 'x'.repeat(1000)]),
    );
    const large = treeOf({ ...files, 'lib/more': 'x' });
    expect(wholeDirectories(large, new Set(Object.keys(files)))).toEqual(['lib']);
  });

  it('covers every file of the set', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const path = fc
      .array(name, { minLength: 1, maxLength: 4 })
      .map((names) => `${names.join('/')}/f`);
    fc.assert(
      fc.property(
        fc.uniqueArray(path, { minLength: 1 }),
        fc.infiniteStream(fc.boolean()),
        (paths, chosen) => {
          const some = treeOf(Object.fromEntries(paths.map((one) => [one, 'x'])));
          const wanted = new Set(paths.filter(() => chosen.next().value));
          const covered = new Set<string>();
          for (const one of wholeDirectories(some, wanted)) {
            for (const entry of filesBelow(some, one)) covered.add(entry.path);
          }
          expect([...covered].sort()).toEqual([...wanted].sort());
        },
      ),
    );
  });
});
