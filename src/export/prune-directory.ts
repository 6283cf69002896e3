/** Clears a directory that an export is to fill alone. */
import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { TimeSlice } from '../concurrency/index.ts';
import { writeFailure } from '../destination/index.ts';
import { type BytePath, type FileTree, joinPath, toText } from '../files/index.ts';
import { type DirectoryHandles, fsPath, hasErrorCode } from '../system/index.ts';

/**
 * Removes everything that the image does not have. Symlinks are removed, never followed; entries of another type than
 * in the image are removed too.
 *
 * @throws AppError EXPORT_DESTINATION
 */
export async function pruneDirectory(root: DirectoryHandles, tree: FileTree): Promise<void> {
  await new TimeSlice().run(pruned(root, tree));
}

/** Removes all entries of a directory except the named ones. @throws AppError EXPORT_DESTINATION */
export async function keepOnly(root: DirectoryHandles, names: readonly string[]): Promise<void> {
  for (const name of namesIn(root, '')) {
    if (!names.includes(name)) await new TimeSlice().run(removed(root, name));
  }
}

function* pruned(root: DirectoryHandles, tree: FileTree): Generator<void, void> {
  const open: BytePath[] = [''];
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    const wanted = new Map(tree.list(directory).map((entry) => [entry.path, entry]));
    for (const name of namesIn(root, directory)) {
      const path = joinPath(directory, name);
      const entry = wanted.get(path);
      const isThere = isDirectory(root, path);
      if (entry?.type === 'directory' && isThere) open.push(path);
      else if (entry === undefined || isThere) yield* removed(root, path);
    }
  }
}

/** Yields after each file. If others replace a directory meanwhile, only the replacement's files can go. */
function* removed(root: DirectoryHandles, top: BytePath): Generator<void, void> {
  const open = [{ path: top, isEmpty: false }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { path } = next;
    if (next.isEmpty || !isDirectory(root, path)) remove(root, path);
    else {
      open.push({ path, isEmpty: true });
      for (const name of namesIn(root, path)) {
        open.push({ path: joinPath(path, name), isEmpty: false });
      }
    }
    yield;
  }
}

function isDirectory(root: DirectoryHandles, path: BytePath): boolean {
  return attempt(root, path, () => {
    const stats = lstatSync(fsPath(root.entry(path)), { throwIfNoEntry: false });
    return stats?.isDirectory() === true;
  });
}

function namesIn(root: DirectoryHandles, path: BytePath): string[] {
  return attempt(root, path, () => readdirSync(fsPath(root.directory(path)), 'latin1'));
}

function remove(root: DirectoryHandles, path: BytePath): void {
  attempt(root, path, () => {
    const entry = fsPath(root.entry(path));
    try {
      if (lstatSync(entry).isDirectory()) rmdirSync(entry);
      else unlinkSync(entry);
    } catch (error) {
      if (!hasErrorCode(error, 'ENOENT')) throw error;
    }
  });
}

function attempt<T>(root: DirectoryHandles, path: BytePath, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw writeFailure(toText(joinPath(root.hostPath, path)), error);
  }
}
