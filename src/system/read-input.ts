/**
 * Reads files named by users or in build contexts, which may be anything: a FIFO without a writer, `/dev/zero`, a link
 * to another directory. Never waits forever, and never reads more than the caller's limit.
 */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import type { Socket } from 'node:net';
import { failureReason, hasErrorCode } from './system-error.ts';

/** A file that exists but cannot be read as one. The message says what it is: `it is a directory`. */
export class UnsuitableFile extends Error {
  readonly code = 'UNSUITABLE_FILE';
  readonly kind: 'directory' | 'pipe' | 'socket' | 'device' | 'large' | 'outside';

  constructor(kind: UnsuitableFile['kind'], message: string) {
    super(message);
    this.name = 'UnsuitableFile';
    this.kind = kind;
  }
}

export interface ReadLimits {
  /** Maximum number of bytes to read. */
  readonly limit: number;
  /** Host directory that symbolic links must not lead out of. */
  readonly within?: string | undefined;
}

export interface InputLimits extends ReadLimits {
  /** Aborts waiting for the writer of a pipe. */
  readonly signal?: AbortSignal | undefined;
}

/** A descriptor that only names a file: opening it never waits and touches no device. */
const O_PATH = 0o10_000_000;
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);
const NULL_DEVICE = 0x103;

/**
 * Reads a whole regular file (or `/dev/null`).
 * @throws UnsuitableFile; errors of `node:fs`
 */
export function readRegularFile(path: string, limits: ReadLimits): Buffer {
  const fd = openSuitable(path, limits.within);
  try {
    if (fstatSync(fd).isFIFO()) throw new UnsuitableFile('pipe', 'it is a pipe (FIFO)');
    return readBounded(fd, limits.limit);
  } finally {
    closeSync(fd);
  }
}

/**
 * Reads a user's file: a regular file, or a pipe, such as the shell's `<(command)`, until its writer closes it.
 * @throws UnsuitableFile; errors of `node:fs`; the signal's reason
 */
export async function readInput(path: string, limits: InputLimits): Promise<Buffer> {
  await using input = openInput(path, limits);
  if (input.stream === undefined) return readBounded(input.fd, limits.limit);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input.stream) {
    size += chunk.length;
    if (size > limits.limit) throw tooLarge(limits.limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/**
 * Checks whether `readInput` can read a file, without reading it.
 * @throws as `readInput`
 */
export function checkInput(path: string, { limit, within }: ReadLimits): void {
  // Opening and closing a pipe would terminate its writer.
  if (statSync(path).isFIFO() && within === undefined) return;
  const fd = openSuitable(path, within);
  try {
    const stats = fstatSync(fd);
    if (stats.isFile() && stats.size > limit) throw tooLarge(limit);
  } finally {
    closeSync(fd);
  }
}

export interface OpenInput extends AsyncDisposable {
  readonly fd: number;
  /** The output of a pipe; undefined for a regular file. */
  readonly stream: AsyncIterable<Buffer> | undefined;
}

/**
 * Opens a user's file: a regular file or a pipe.
 * @throws UnsuitableFile; errors of `node:fs`. Reading the stream throws the signal's reason.
 */
export function openInput(
  path: string,
  { within, signal }: Omit<InputLimits, 'limit'> = {},
): OpenInput {
  const fd = openSuitable(path, within);
  if (!fstatSync(fd).isFIFO()) {
    return { fd, stream: undefined, [Symbol.asyncDispose]: async () => closeSync(fd) };
  }
  // Loaded on use: pipes are rare.
  const { Socket } = process.getBuiltinModule('node:net');
  const socket = new Socket({ fd, readable: true, writable: false });
  return {
    fd,
    stream: chunksOf(socket, signal),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => socket.once('close', resolve));
      if (socket.closed) return;
      socket.destroy();
      await closed;
    },
  };
}

/** Why a file cannot be read, as the end of a sentence; undefined for other errors. */
export function readFailure(error: unknown): string | undefined {
  if (error instanceof UnsuitableFile) return error.message;
  if (!(error instanceof Error && 'syscall' in error)) return undefined;
  if (hasErrorCode(error, 'ENOENT')) return 'there is no such file';
  if (hasErrorCode(error, 'EACCES', 'EPERM')) return 'permission denied';
  return failureReason(error);
}

async function* chunksOf(
  socket: Socket,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer, void, undefined> {
  const abort = () => socket.destroy(signal?.reason as Error);
  signal?.throwIfAborted();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    for await (const chunk of socket) yield chunk as Buffer;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** Checks the file by a descriptor that only names it, so that it cannot be replaced before it is opened. */
function openSuitable(path: string, within: string | undefined): number {
  if (process.platform !== 'linux') return openByPath(path, within);
  const named = openSync(path, O_PATH);
  try {
    const handle = `/proc/self/fd/${named}`;
    if (within !== undefined) requireWithin(readlinkSync(handle), within);
    requireSuitable(named);
    return openSync(handle, READ);
  } finally {
    closeSync(named);
  }
}

function openByPath(path: string, within: string | undefined): number {
  const resolved = realpathSync(path);
  if (within !== undefined) requireWithin(resolved, within);
  const fd = openSync(resolved, READ | (constants.O_NOFOLLOW ?? 0));
  try {
    requireSuitable(fd);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function requireWithin(real: string, within: string): void {
  const directory = realpathSync(within);
  if (real.startsWith(directory === '/' ? '/' : `${directory}/`)) return;
  throw new UnsuitableFile('outside', `it is a symbolic link to a file outside ${within}`);
}

function requireSuitable(fd: number): void {
  const stats = fstatSync(fd);
  if (stats.isFile() || stats.isFIFO()) return;
  if (stats.isDirectory()) throw new UnsuitableFile('directory', 'it is a directory');
  if (stats.isSocket()) throw new UnsuitableFile('socket', 'it is a socket');
  if (stats.isCharacterDevice() && stats.rdev === NULL_DEVICE) return;
  throw new UnsuitableFile('device', 'it is a device');
}

/** Counts the bytes read: sizes may change, and files of `/proc` have none. */
function readBounded(fd: number, limit: number): Buffer {
  const { size } = fstatSync(fd);
  if (size > limit) throw tooLarge(limit);
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(Math.max(size + 1 - length, 4096));
    const count = readSync(fd, chunk);
    if (count === 0) return Buffer.concat(chunks, length);
    length += count;
    if (length > limit) throw tooLarge(limit);
    chunks.push(chunk.subarray(0, count));
  }
}

function tooLarge(limit: number): UnsuitableFile {
  const mebibytes = limit / (1 << 20);
  const text = mebibytes >= 1 ? `${mebibytes} MiB` : `${limit / 1024} KiB`;
  return new UnsuitableFile('large', `it is larger than ${text}`);
}
