import { describe, expect, it } from 'vitest';
import { entryTree, type FileEntry } from '../../files/index.ts';
import { ANCHORS, certificateFiles, entryAt } from './locations.ts';

describe('certificates in a tree', () => {
  it('are found below anchor directories, by their names, through links', () => {
    const tree = entryTree([
      entry('etc', 'directory'),
      entry('etc/pki', 'directory'),
      entry('etc/pki/trust', 'directory'),
      entry('etc/pki/trust/anchors', 'symlink', '/opt/ca'),
      entry('opt', 'directory'),
      entry('opt/ca', 'directory'),
      entry('opt/ca/deep', 'directory'),
      entry('opt/ca/deep/a.pem', 'file'),
      entry('opt/ca/readme', 'file'),
    ]);
    expect([...certificateFiles(tree, ANCHORS)]).toEqual(['opt/ca/deep/a.pem']);
  });

  it('are none where links go round in circles', () => {
    const tree = entryTree([entry('a', 'symlink', 'b'), entry('b', 'symlink', 'a')]);
    expect(entryAt(tree, 'a')).toBeUndefined();
  });
});

function entry(path: string, type: FileEntry['type'], linkTarget?: string): FileEntry {
  const metadata = { mode: 0o755, uid: 0, gid: 0, size: 0, mtime: 0, mtimeNs: 0 };
  return { path, type, ...metadata, ...(linkTarget !== undefined && { linkTarget }) };
}
