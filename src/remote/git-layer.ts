/** The files of a checkout as entries of a layer: owned by root, with the two modes that git knows. */
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
 * @param tree of the checkout; their contents can be read as long as it is open
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
  /** Length of what is before the paths of the layer. */
  readonly prefix: number;
  readonly items: EntryItem[];
}

function collect(tree: ContextTree, directory: FileEntry, collecting: Collecting): void {
  const { files, prefix, items } = collecting;
  for (const origin of tree.list(directory.path)) {
    const isGit = baseName(origin.path) === '.git';
    // Those of submodules only say where their repository was on this machine.
    if (isGit && !files.keepGitDir) continue;
    const entry = rooted(origin, origin.path.slice(prefix), files.time);
    const content = origin.type === 'file' ? tree.content(origin) : undefined;
    items.push({ kind: 'entry', entry, content });
    if (origin.type === 'directory') collect(tree, origin, collecting);
  }
}

function rooted(origin: FileEntry, path: string, time: number | undefined): FileEntry {
  return {
    ...origin,
    path,
    mode: modeOf(origin, path),
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
