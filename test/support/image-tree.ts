/** A small image for tests. */
import { entryTree, type FileEntry, parentPath } from '../../src/files/index.ts';
import type { ReadableTree } from '../../src/optimize/interpreters.ts';

/** Contents or targets of links, by path; a path that ends with a slash is an empty directory. */
export type TestFiles = Readonly<Record<string, string | { readonly link: string }>>;

export function treeOf(files: TestFiles, mode = 0o644): ReadableTree {
  const metadata = { mode, uid: 0, gid: 0, mtime: 0, mtimeNs: 0 };
  const entries = new Map<string, FileEntry>();
  const addDirectory = (path: string): void => {
    if (path === '' || entries.has(path)) return;
    addDirectory(parentPath(path));
    entries.set(path, { ...metadata, path, type: 'directory', size: 0 });
  };
  for (const [name, content] of Object.entries(files)) {
    const path = name.replace(/\/$/, '');
    addDirectory(name.endsWith('/') ? path : parentPath(path));
    if (name.endsWith('/')) continue;
    if (typeof content === 'string') {
      entries.set(path, { ...metadata, path, type: 'file', size: content.length });
    } else {
      entries.set(path, { ...metadata, path, type: 'symlink', size: 0, linkTarget: content.link });
    }
  }
  const tree = entryTree([...entries.values()]);
  return {
    lookup: tree.lookup,
    list: tree.list,
    async *read(path) {
      yield Buffer.from(String(files[path]), 'latin1');
    },
  };
}
