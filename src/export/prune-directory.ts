/** Makes room for a file system that is to be all a directory holds. */
import { lstatSync, readdirSync } from 'node:fs';
import type { FileTree } from '../files/index.ts';
import { removeTree } from '../system/index.ts';
import { writeFailure } from './destination.ts';

/**
 * Removes what an image does not have there. Symlinks are removed, never followed; what has another type than in the
 * image goes too.
 *
 * @param directory host path
 * @param path of the directory in the image
 * @throws AppError EXPORT_DESTINATION
 */
export async function pruneDirectory(directory: string, tree: FileTree, path = ''): Promise<void> {
  const open = [{ host: Buffer.from(directory), path }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const wanted = new Map(tree.list(next.path).map((entry) => [nameOf(entry.path), entry]));
    for (const name of namesIn(next.host)) {
      const host = Buffer.concat([next.host, Buffer.from('/'), name]);
      const entry = wanted.get(name.toString('latin1'));
      const isDirectory = lstatSync(host, { throwIfNoEntry: false })?.isDirectory() === true;
      if (entry?.type === 'directory' && isDirectory) open.push({ host, path: entry.path });
      else if (entry === undefined || isDirectory) await remove(host);
    }
  }
}

/** Removes all entries of a directory that are not named. @throws AppError EXPORT_DESTINATION */
export async function keepOnly(directory: string, names: readonly string[]): Promise<void> {
  for (const name of namesIn(Buffer.from(directory))) {
    if (names.includes(name.toString())) continue;
    await remove(Buffer.concat([Buffer.from(`${directory}/`), name]));
  }
}

function namesIn(directory: Buffer): Buffer[] {
  try {
    return readdirSync(directory, { encoding: 'buffer' });
  } catch (error) {
    throw writeFailure(directory.toString(), error);
  }
}

async function remove(path: Buffer): Promise<void> {
  try {
    await removeTree(path);
  } catch (error) {
    throw writeFailure(path.toString(), error);
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
