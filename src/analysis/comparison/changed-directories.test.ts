import { describe, expect, it } from 'vitest';
import type { FileDifference } from '../types.ts';
import { changedDirectories } from './changed-directories.ts';

function difference(
  path: string,
  kind: FileDifference['kind'],
  sizeA: number | undefined,
  sizeB: number | undefined,
): FileDifference {
  return { path, kind, sizeA, sizeB, changes: [], cause: undefined };
}

describe('changed directories', () => {
  it('sum what is below them, largest first', () => {
    const found = changedDirectories([
      difference('/usr/bin/a', 'changed', 100, 110),
      difference('/usr/lib/b', 'removed', 300, undefined),
      difference('/usr/lib/c', 'added', undefined, 50),
      difference('/etc/d', 'changed', 1, 1),
    ]);
    expect(found).toEqual([
      { path: '/usr', added: 1, removed: 1, changed: 1, before: 400, after: 160 },
      { path: '/usr/lib', added: 1, removed: 1, changed: 0, before: 300, after: 50 },
      { path: '/usr/bin', added: 0, removed: 0, changed: 1, before: 100, after: 110 },
      { path: '/etc', added: 0, removed: 0, changed: 1, before: 1, after: 1 },
    ]);
  });

  it('do not repeat the one directory that has nearly all of it', () => {
    const found = changedDirectories([
      difference('/a/b/c/large', 'added', undefined, 1000),
      difference('/a/small', 'added', undefined, 1),
    ]);
    expect(found.map(({ path }) => path)).toEqual(['/a/b/c']);
  });

  it('are found for files without bytes, and for files of the root', () => {
    expect(changedDirectories([difference('/link', 'added', undefined, undefined)])).toEqual([
      { path: '/', added: 1, removed: 0, changed: 0, before: 0, after: 0 },
    ]);
    const found = changedDirectories([
      difference('/x/one', 'removed', undefined, undefined),
      difference('/y/one', 'removed', undefined, undefined),
      difference('/y/two', 'removed', undefined, undefined),
    ]);
    expect(found.map(({ path }) => path)).toEqual(['/', '/y', '/x']);
  });

  it('are none for the same files', () => {
    expect(changedDirectories([])).toEqual([]);
  });
});
