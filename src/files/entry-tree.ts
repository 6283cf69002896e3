/** A tree of entries in memory, such as the empty file system of `FROM scratch`. */
import {
  type BytePath,
  type ContentDigest,
  type ContentRange,
  comparePaths,
  type FileEntry,
  type FileTree,
  parentPath,
} from './entry.ts';

const ROOT = impliedDirectory('');

/**
 * Makes a tree of entries, which must include all parent directories. The root is optional.
 * @param contents locations of the files' content, by path
 */
export function entryTree(
  entries: readonly FileEntry[],
  contents: ReadonlyMap<BytePath, ContentRange> = new Map(),
): FileTree {
  const byPath = new Map<BytePath, FileEntry>([['', ROOT]]);
  const byParent = new Map<BytePath, FileEntry[]>();
  for (const entry of [...entries].sort((a, b) => comparePaths(a.path, b.path))) {
    byPath.set(entry.path, entry);
    if (entry.path === '') continue;
    const siblings = byParent.get(parentPath(entry.path)) ?? [];
    siblings.push(entry);
    byParent.set(parentPath(entry.path), siblings);
  }
  const digests = new Map<BytePath, ContentDigest>();
  return {
    lookup: (path) => byPath.get(path),
    list: (path) => byParent.get(path) ?? [],
    content: (entry) => {
      const range = contents.get(entry.path);
      if (range === undefined) throw new Error(`no content for ${JSON.stringify(entry.path)}`);
      return range;
    },
    knownDigest: (entry) => digests.get(entry.path),
    rememberDigest: (entry, digest) => {
      digests.set(entry.path, digest);
    },
  };
}

/** The empty file system: an empty root directory. */
export const EMPTY_TREE: FileTree = entryTree([]);

/** A parent directory without an entry of its own, with default metadata. */
export function impliedDirectory(path: BytePath): FileEntry {
  return {
    path,
    type: 'directory',
    mode: 0o755,
    uid: 0,
    gid: 0,
    size: 0,
    mtime: 0,
    mtimeNs: 0,
  };
}
