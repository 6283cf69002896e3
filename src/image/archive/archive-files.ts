/** The files of an image archive, written as a tar or as a directory; the same files give the same tar. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { END_OF_ARCHIVE, encodeHeader, padding, type TarHeader } from '../../archive/index.ts';
import { openDirectory, type Piece, writeFailure, writeNew } from '../../destination/index.ts';
import {
  type DirectoryHandles,
  fsPath,
  hasErrorCode,
  makeDirectories,
} from '../../system/index.ts';

export interface ArchiveFile {
  /** Relative, ASCII, `/` between its parts. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly read: () => AsyncIterable<Piece>;
}

/** A file whose bytes are in memory. */
export function smallFile(name: string, bytes: Uint8Array): ArchiveFile {
  return {
    name,
    size: bytes.length,
    async *read() {
      yield bytes;
    },
  };
}

/**
 * A tar of the files in the order of their names, each directory before its contents; owner 0, mode 0644 and 0755.
 *
 * @param mtime of every member, seconds since the epoch
 */
export async function* tarOf(
  files: readonly ArchiveFile[],
  mtime: number,
): AsyncGenerator<Piece, void> {
  const made = new Set<string>();
  for (const file of sorted(files)) {
    for (const directory of parents(file.name)) {
      if (made.has(directory)) continue;
      made.add(directory);
      yield encodeHeader(header(directory, { type: 'directory', size: 0, mtime }));
    }
    yield encodeHeader(header(file.name, { type: 'file', size: file.size, mtime }));
    yield* file.read();
    yield Buffer.alloc(padding(file.size));
  }
  yield END_OF_ARCHIVE;
}

/** Writes the files into a directory; each appears complete or not at all, in the order given. */
export async function writeFiles(
  directory: string,
  files: readonly ArchiveFile[],
  signal?: AbortSignal,
): Promise<void> {
  for (const file of files) {
    try {
      makeDirectories(resolve(directory));
      using root = openDirectory(directory);
      makeParents(root, file.name);
      await writeNew(root.entry(file.name), file.read(), signal);
    } catch (error) {
      throw writeFailure(join(directory, file.name), error);
    }
  }
}

function makeParents(root: DirectoryHandles, name: string): void {
  for (const parent of parents(name)) {
    try {
      mkdirSync(fsPath(root.entry(parent)));
    } catch (error) {
      if (!hasErrorCode(error, 'EEXIST')) throw error;
    }
  }
}

function header(path: string, part: Pick<TarHeader, 'type' | 'size' | 'mtime'>): TarHeader {
  const mode = part.type === 'directory' ? 0o755 : 0o644;
  return { ...part, path, mode, uid: 0, gid: 0, mtimeNs: 0 };
}

function sorted(files: readonly ArchiveFile[]): readonly ArchiveFile[] {
  return [...files].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** The directories above a file, outermost first. */
function parents(name: string): string[] {
  const parts = name.split('/').slice(0, -1);
  return parts.map((_part, position) => parts.slice(0, position + 1).join('/'));
}
