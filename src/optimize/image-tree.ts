/** The part of an image's files that the optimizer needs, and walks over it. */
import type { BytePath, FileEntry } from '../files/index.ts';
import { joinPath } from '../files/index.ts';

export interface ImageTree {
  /** Links are not followed. */
  lookup(path: BytePath): FileEntry | undefined;
  list(path: BytePath): readonly FileEntry[];
}

/** As the kernel: more links than that are a loop. */
const MOST_LINKS = 40;

/**
 * Follows a path as a process in the image would.
 * @returns every link on the way, then the file itself; empty if there is no such file
 */
export function entriesOnTheWay(tree: ImageTree, path: BytePath): readonly FileEntry[] {
  const links: FileEntry[] = [];
  const names = path.split('/').reverse();
  let at = '';
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      at = at.slice(0, Math.max(0, at.lastIndexOf('/')));
      continue;
    }
    const entry = tree.lookup(joinPath(at, name));
    if (entry === undefined) return [];
    if (entry.type !== 'symlink') {
      at = entry.path;
      continue;
    }
    links.push(entry);
    if (links.length > MOST_LINKS) return [];
    const target = entry.linkTarget ?? '';
    if (target.startsWith('/')) at = '';
    names.push(...target.split('/').reverse());
  }
  const end = at === '' ? undefined : tree.lookup(at);
  return end === undefined ? links : [...links, end];
}

/** Everything at and below a path but directories. */
export function* filesBelow(tree: ImageTree, path: BytePath): Iterable<FileEntry> {
  const entry = tree.lookup(path);
  if (entry !== undefined && entry.type !== 'directory') yield entry;
  for (const child of tree.list(path)) {
    if (child.type === 'directory') yield* filesBelow(tree, child.path);
    else yield child;
  }
}
