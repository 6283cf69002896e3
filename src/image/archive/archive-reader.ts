/**
 * Random access to an image archive: a tar (plain, compressed, or a stream) or an OCI layout directory, as a set of
 * named files. A tar is read through once to find its members; a compressed one or a stream is first unpacked to a
 * temporary file.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decompress, detectCompression, MAGIC_SIZE } from '../../archive/index.ts';
import { AppError } from '../../errors.ts';
import { UnpackBudget } from '../../layers/index.ts';
import { openInput, UnsuitableFile } from '../../system/index.ts';
import type { BlobReading } from '../model/image.ts';
import { cleanName } from './archive-member-name.ts';
import { type Extent, MemberList } from './archive-members.ts';

export interface ArchiveReader extends AsyncDisposable {
  /** Its name in messages. */
  readonly label: string;
  /** Bytes of a file, links followed; undefined if there is none of that name. */
  size(name: string): Promise<number | undefined>;
  read(name: string, reading?: BlobReading): AsyncIterable<Uint8Array>;
  /** Limits files that are unpacked without being kept. */
  budget(): UnpackBudget;
}

export interface OpenArchiveOptions {
  /** Makes a directory that is removed with the store's other temporary ones. */
  readonly temporaryDirectory: () => Promise<string>;
  /** Bytes that a compressed archive may unpack to; undefined: nine tenths of what is free. */
  readonly unpackLimit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const CHUNK = 1 << 20;
/** Bytes read at once to find members. */
const LISTED = 64 * 1024;

/**
 * Opens an archive; the caller disposes of it.
 *
 * @param source a path, or the archive's bytes
 * @throws AppError ARCHIVE_NOT_FOUND, ARCHIVE_UNSAFE_NAME, ARCHIVE_DUPLICATE_MEMBER, and those of the tar reader
 */
export async function openArchive(
  source: string | AsyncIterable<Uint8Array>,
  options: OpenArchiveOptions,
): Promise<ArchiveReader> {
  if (typeof source !== 'string') return spool(source, 'the archive', options);
  try {
    return await openFile(source, options);
  } catch (error) {
    throw error instanceof AppError ? named(error, source) : error;
  }
}

/** Readers of tars and compressed data do not know where their bytes come from. */
function named(error: AppError, path: string): AppError {
  if (error.message.includes(path)) return error;
  const { code, message, ...options } = error;
  return new AppError(code, `cannot read ${path}: ${message}`, { ...options, cause: error.cause });
}

async function openFile(source: string, options: OpenArchiveOptions): Promise<ArchiveReader> {
  const stats = await stat(source).catch((cause: unknown) => {
    throw new AppError('ARCHIVE_NOT_FOUND', `cannot read ${source}`, {
      hint: 'give the path of an image archive or of an OCI layout directory',
      cause,
    });
  });
  if (stats.isDirectory()) return directoryReader(source, options.unpackLimit);
  if (!stats.isFile()) return spool(pipedBytes(source, options.signal), source, options);
  const handle = await open(source, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  if (await isCompressed(handle)) {
    return spool(handle.createReadStream({ highWaterMark: CHUNK }), source, options);
  }
  try {
    const members = await listMembers(handle, stats.size, options.signal);
    const budget = () =>
      new UnpackBudget({ limit: options.unpackLimit, directory: dirname(source) });
    return tarReader({ label: source, handle, members, budget });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Reads headers only, not what is in large members. */
async function listMembers(
  handle: FileHandle,
  size: number,
  signal: AbortSignal | undefined,
): Promise<MemberList> {
  const members = new MemberList();
  const buffer = Buffer.allocUnsafe(Math.min(LISTED, size));
  for (let at = 0; at < size; at += members.skip(size - at)) {
    signal?.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) break;
    members.push(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  members.end();
  return members;
}

/** The bytes of a pipe. @throws AppError ARCHIVE_NOT_FOUND for a device or a socket */
async function* pipedBytes(
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    await using input = openInput(path, { signal });
    if (input.stream !== undefined) yield* input.stream;
  } catch (cause) {
    if (!(cause instanceof UnsuitableFile)) throw cause;
    throw new AppError('ARCHIVE_NOT_FOUND', `cannot read ${path}: ${cause.message}`, {
      hint: 'give the path of an image archive or of an OCI layout directory',
      cause,
    });
  }
}

async function spool(
  bytes: AsyncIterable<Uint8Array>,
  label: string,
  options: OpenArchiveOptions,
): Promise<ArchiveReader> {
  const directory = await options.temporaryDirectory();
  const handle = await open(join(directory, 'archive.tar'), 'wx+', 0o600);
  const cleanUp = async () => {
    await handle.close();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const members = new MemberList();
    const budget = () => new UnpackBudget({ limit: options.unpackLimit, directory });
    const own = budget();
    for await (const chunk of decompress(bytes)) {
      options.signal?.throwIfAborted();
      own.take(chunk.length);
      members.push(chunk);
      for (let done = 0; done < chunk.length; ) {
        done += (await handle.write(chunk, done, chunk.length - done)).bytesWritten;
      }
    }
    members.end();
    return tarReader({ label, handle, members, budget }, cleanUp);
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

interface OpenedTar extends Pick<ArchiveReader, 'label' | 'budget'> {
  readonly handle: FileHandle;
  readonly members: MemberList;
}

function tarReader(
  { label, handle, members, budget }: OpenedTar,
  cleanUp = () => handle.close(),
): ArchiveReader {
  return {
    ...{ label, budget },
    async size(name) {
      return members.find(name)?.size;
    },
    read(name, reading) {
      const extent = members.find(name);
      if (extent === undefined) throw new Error(`the archive has no member ${name}`);
      return chunksOf(handle, extent, reading);
    },
    [Symbol.asyncDispose]: cleanUp,
  };
}

/** Follows links: their target counts only if it has the requested digest. */
export function directoryReader(directory: string, limit?: number): ArchiveReader {
  const openFile = async (name: string): Promise<FileHandle | undefined> => {
    const path = join(directory, cleanName(name));
    const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(
      () => undefined,
    );
    if (handle === undefined || (await handle.stat()).isFile()) return handle;
    await handle.close();
    return undefined;
  };
  return {
    label: directory,
    budget: () => new UnpackBudget({ limit, directory }),
    async size(name) {
      const handle = await openFile(name);
      if (handle === undefined) return undefined;
      const { size } = await handle.stat();
      await handle.close();
      return size;
    },
    async *read(name, reading) {
      const handle = await openFile(name);
      if (handle === undefined) {
        // It existed when its size was read.
        throw new AppError('ARCHIVE_MEMBER_MISSING', `${directory} has no ${name}`, {
          hint: 'another process removed it; save or copy the layout again',
        });
      }
      try {
        yield* chunksOf(handle, { offset: 0, size: Number.POSITIVE_INFINITY }, reading);
      } finally {
        await handle.close();
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}

async function* chunksOf(
  handle: FileHandle,
  extent: Extent,
  { lend = false }: BlobReading = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  let lent: Buffer | undefined;
  for (let done = 0; done < extent.size; ) {
    const length = Math.min(CHUNK, extent.size - done);
    const buffer = lent ?? Buffer.allocUnsafeSlow(length);
    if (lend) lent = buffer;
    const { bytesRead } = await handle.read(buffer, 0, length, extent.offset + done);
    if (bytesRead === 0) return;
    done += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function isCompressed(handle: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAGIC_SIZE), 0, MAGIC_SIZE, 0);
  return detectCompression(buffer.subarray(0, bytesRead)) !== undefined;
}
