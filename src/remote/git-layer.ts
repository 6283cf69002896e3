/** The files of a checkout as layer entries: owned by root, with git's two file modes. */
import type { ContextTree } from '../context/index.ts';
import { AppError } from '../errors.ts';
import { baseName, type FileEntry, resolveInTree, toBytes, toText } from '../files/index.ts';
import type { EntryItem } from '../layers/index.ts';

export interface CheckoutFiles {
  readonly subdir: string;
  readonly keepGitDir: boolean;
  /** Seconds since the epoch; undefined: the files' own times. */
  readonly time: number | undefined;
}

/**
 * @param tree of the checkout; the contents can be read as long as it is open
 * @throws AppError GIT_SUBDIR_NOT_FOUND
 */
export function checkoutItems(tree: ContextTree, files: CheckoutFiles): EntryItem[] {
  const { entry: top } = resolveInTree(tree, toBytes(files.subdir));
  if (top?.type !== 'directory') {
    throw new AppError(
      'GIT_SUBDIR_NOT_FOUND',
      `the repository has no directory '${toText(toBytes(files.subdir))}'`,
      { hint: 'in #ref:subdir, the subdirectory is the part after the colon' },
    );
  }
  const items: EntryItem[] = [];
  collect(tree, top, { files, prefix: top.path === '' ? 0 : top.path.length + 1, items });
  return items;
}

interface Collecting {
  readonly files: CheckoutFiles;
  /** Length of the prefix to cut from each path. */
  readonly prefix: number;
  readonly items: EntryItem[];
}

function collect(tree: ContextTree, directory: FileEntry, collecting: Collecting): void {
  const { files, prefix, items } = collecting;
  for (const source of tree.list(directory.path)) {
    const isGit = baseName(source.path) === '.git';
    // A submodule's `.git` only holds the path of its repository on this machine.
    if (isGit && !files.keepGitDir) continue;
    const entry = rooted(source, source.path.slice(prefix), files.time);
    const content = source.type === 'file' ? tree.content(source) : undefined;
    items.push({ kind: 'entry', entry, content });
    if (source.type === 'directory') collect(tree, source, collecting);
  }
}

function rooted(source: FileEntry, path: string, time: number | undefined): FileEntry {
  return {
    ...source,
    path,
    mode: modeOf(source, path),
    uid: 0,
    gid: 0,
    linkGroup: undefined,
    ...(time === undefined ? {} : { mtime: time, mtimeNs: 0 }),
  };
}

function modeOf({ type, mode }: FileEntry, path: string): number {
  if (type === 'symlink') return mode;
  if (type === 'directory') return 0o755;
  if (path.startsWith('.git/')) return mode & 0o755;
  return (mode & 0o111) === 0 ? 0o644 : 0o755;
}
