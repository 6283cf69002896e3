/** Where an output goes: a path, at which it appears complete or not at all, or a stream. */
import { realpathSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { AppError } from '../errors.ts';
import { toBytes } from '../files/index.ts';
import { DirectoryHandles, fsPath, readRegularFile, UnsuitableFile } from '../system/index.ts';
import { newFile } from './new-file.ts';
import { bytesOfPieces, type Piece } from './pieces.ts';
import { writeSparsely } from './write-sparsely.ts';
import { writeStream } from './write-stream.ts';

/** Takes chunks in order; the promise holds the writer back. */
export type ByteSink = (chunk: Uint8Array) => Promise<void>;
/** A path as written, or a stream (the caller decides about `-`). */
export type Destination = string | ByteSink;

/**
 * Writes bytes and whole files. A new or regular file appears when it is complete; a device or a pipe is
 * written as it is.
 *
 * @throws AppError EXPORT_DESTINATION when the path cannot be written
 */
export async function writeTo(
  destination: Destination,
  pieces: AsyncIterable<Piece>,
  signal?: AbortSignal,
): Promise<void> {
  if (typeof destination !== 'string') {
    for await (const chunk of bytesOfPieces(pieces)) {
      signal?.throwIfAborted();
      await destination(chunk);
    }
    return;
  }
  const kind = await kindOf(destination);
  if (kind === 'directory') {
    throw new AppError('EXPORT_DESTINATION', `${destination} is a directory`, {
      expected: 'the path of a file to write',
      hint: 'set a file in it, for example dest=image.tar',
    });
  }
  try {
    if (kind === 'other') return await writeStream(destination, bytesOfPieces(pieces), signal);
    // From here on the directory stays the same, even if another replaces it.
    using parent = openDirectory(dirname(destination));
    await writeNew(`${parent.directory('')}/${basename(destination)}`, pieces, signal);
  } catch (error) {
    throw writeFailure(destination, error);
  }
}

/**
 * Writes a file that appears complete or not at all; a symbolic link there is replaced.
 *
 * @param path as `DirectoryHandles` names it, so that links cannot redirect it
 * @throws errors of `node:fs`; the signal's reason
 */
export async function writeNew(
  path: string,
  pieces: AsyncIterable<Piece>,
  signal?: AbortSignal,
): Promise<void> {
  const file = await newFile(path);
  try {
    await writeSparsely(file.handle, pieces, signal);
    await file.commit();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** Follows links in the path, which are the user's. @throws errors of `node:fs` */
export function openDirectory(path: string): DirectoryHandles {
  return DirectoryHandles.open(toBytes(path), (given) =>
    realpathSync(fsPath(given), { encoding: 'latin1' }),
  );
}

async function kindOf(path: string): Promise<'absent' | 'file' | 'directory' | 'other'> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) return 'directory';
    return stats.isFile() ? 'file' : 'other';
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || path.endsWith('/')) throw writeFailure(path, error);
    return 'absent';
  }
}

/** Limit in bytes for a document to be read. */
const LARGEST = 16 << 20;

/** The bytes of a small file, undefined if there is none. */
export async function readFileIfPresent(path: string): Promise<Buffer | undefined> {
  try {
    return readRegularFile(path, { limit: LARGEST });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    if (!(error instanceof UnsuitableFile)) throw writeFailure(path, error);
    throw new AppError('EXPORT_DESTINATION', `cannot use ${path}: ${error.message}`, {
      hint: 'choose another path, or remove it',
      cause: error,
    });
  }
}

/** A failed system call as an error for the user; other errors pass unchanged. */
export function writeFailure(path: string, error: unknown): unknown {
  const code = errorCode(error);
  if (code === undefined || !(error instanceof Error) || isElsewhere(path, error)) return error;
  const hints: Readonly<Record<string, string>> = {
    ENOENT: 'create the directory first',
    ENOTDIR: 'part of the path is not a directory',
    EEXIST: 'the path exists and is not a directory; choose another path, or move it away',
    EACCES: 'you have no permission to write there; choose another path',
    EPERM: 'you have no permission to write there; choose another path',
    EROFS: 'the file system is read-only; choose another path',
    ENOSPC: 'the file system is full; choose another path, or free some space',
  };
  return new AppError('EXPORT_DESTINATION', `cannot write ${path}: ${code}`, {
    hint: hints[code],
    cause: error,
  });
}

/** The source failed, not the destination. */
function isElsewhere(path: string, error: Error): boolean {
  if (!('path' in error) || typeof error.path !== 'string') return false;
  // As `DirectoryHandles` names a file being written.
  if (error.path.startsWith('/proc/self/fd/')) return false;
  const [wanted, failed] = [resolve(path), resolve(error.path)];
  return !failed.startsWith(wanted) && !wanted.startsWith(failed);
}

function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
