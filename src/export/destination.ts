/** Where an output goes: a path, at which it appears complete or not at all, or a stream. */
import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AppError } from '../errors.ts';
import { newFile } from './new-file.ts';
import { writeSparsely } from './write-sparsely.ts';

/** Takes chunks in order; the promise holds the writer back. */
export type ByteSink = (chunk: Uint8Array) => Promise<void>;
/** A path as written, or a stream (what `-` means is the caller's affair). */
export type Destination = string | ByteSink;

/**
 * Writes a stream of bytes. A new or regular file appears when it is complete; a device or a pipe is
 * written as it is.
 *
 * @throws AppError EXPORT_DESTINATION when the path cannot be written
 */
export async function writeTo(
  destination: Destination,
  bytes: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<void> {
  if (typeof destination !== 'string') {
    for await (const chunk of bytes) {
      signal?.throwIfAborted();
      await destination(chunk);
    }
    return;
  }
  const kind = await kindOf(destination);
  if (kind === 'directory') {
    throw new AppError('EXPORT_DESTINATION', `${destination} is a directory`, {
      expected: 'the path of a file to write',
      hint: 'name a file in it, for example dest=image.tar',
    });
  }
  if (kind === 'other') {
    await using device = await open(destination, 'w');
    return await writeFile(device, bytes, signal);
  }
  try {
    const file = await newFile(destination);
    try {
      await writeSparsely(file.handle, bytes, signal);
      await file.place();
    } catch (error) {
      await file.discard();
      throw error;
    }
  } catch (error) {
    throw writeFailure(destination, error);
  }
}

async function writeFile(
  handle: FileHandle,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  for await (const chunk of bytes) {
    signal?.throwIfAborted();
    await writeAll(handle, chunk);
  }
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await handle.write(chunk, done, chunk.length - done);
    done += bytesWritten;
  }
}

async function kindOf(path: string): Promise<'absent' | 'file' | 'directory' | 'other'> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) return 'directory';
    return stats.isFile() ? 'file' : 'other';
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'absent';
    throw writeFailure(path, error);
  }
}

/** The bytes of a file, undefined if there is none. */
export async function readFileIfPresent(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw writeFailure(path, error);
  }
}

/** A failed system call as an error for the user; other errors pass unchanged. */
export function writeFailure(path: string, error: unknown): unknown {
  const code = errorCode(error);
  if (code === undefined || !(error instanceof Error) || isElsewhere(path, error)) return error;
  const hints: Readonly<Record<string, string>> = {
    ENOENT: 'make the directory first',
    ENOTDIR: 'a part of the path is no directory',
    EEXIST: 'what is there is no directory; choose another place, or move it away',
    EACCES: 'you may not write there; choose another place',
    EPERM: 'you may not write there; choose another place',
    EROFS: 'the file system is read-only; choose another place',
    ENOSPC: 'the file system is full; choose another place or make room',
  };
  return new AppError('EXPORT_DESTINATION', `cannot write ${path}: ${code}`, {
    hint: hints[code],
    cause: error,
  });
}

/** Reading what was to be written has failed, rather than writing it. */
function isElsewhere(path: string, error: Error): boolean {
  if (!('path' in error) || typeof error.path !== 'string') return false;
  const [wanted, failed] = [resolve(path), resolve(error.path)];
  return !failed.startsWith(wanted) && !wanted.startsWith(failed);
}

function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
