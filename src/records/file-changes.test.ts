import { describe, expect, it } from 'vitest';
import { fileChanges } from './file-changes.ts';
import type { ListedFile } from './file-list.ts';

function listed(path: string, type = 'file'): ListedFile {
  return { path, type, mode: 0o644, uid: 0, gid: 0, size: 1, digest: path };
}

describe('the first difference between two lists of files', () => {
  it('is a file that is gone, not the directory that went with it', () => {
    const before = [listed('d', 'directory'), listed('d/a'), listed('e')];
    expect(fileChanges(before, [listed('e')]).map(({ path }) => path)).toEqual(['d/a', 'd']);
  });

  it('is a changed file before a new one', () => {
    const after = [listed('b'), { ...listed('c'), mode: 0o755 }];
    expect(fileChanges([listed('c')], after).map(({ path }) => path)).toEqual(['c', 'b']);
  });
});
