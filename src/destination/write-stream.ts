/** Writing into pipes and devices that the user named, such as /dev/stdout or `>(command)`. */
import { constants, openSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import { hasErrorCode } from '../system/index.ts';

const WRITE = constants.O_WRONLY | (constants.O_NOCTTY ?? 0);
const NONBLOCK = constants.O_NONBLOCK ?? 0;
/** Milliseconds between two attempts to open a pipe that nothing reads yet. */
const PATIENCE = 20;

/**
 * Writes a stream of bytes to a pipe or a device; waits until something reads the pipe.
 * @throws AppError EXPORT_DESTINATION when it became another kind of file; errors of `node:fs`; the signal's reason
 */
export async function writeStream(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  await using handle = await openForWriting(path, signal);
  const stats = await handle.stat();
  if (stats.isFile()) {
    throw new AppError('EXPORT_DESTINATION', `${path} turned into a file while lamina opened it`, {
      hint: 'try again when nothing else writes to it',
    });
  }
  if (stats.isFIFO()) {
    const same = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : path;
    return await writePipe(same, bytes, signal);
  }
  for await (const chunk of bytes) {
    signal?.throwIfAborted();
    for (let done = 0; done < chunk.length; ) {
      done += (await handle.write(chunk, done)).bytesWritten;
    }
  }
}

/** Without O_CREAT and O_TRUNC: a file that replaces it stays as it is. */
async function openForWriting(path: string, signal: AbortSignal | undefined): Promise<FileHandle> {
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await open(path, WRITE | NONBLOCK);
    } catch (error) {
      // Nothing reads the pipe yet.
      if (!hasErrorCode(error, 'ENXIO') || !(await isPipe(path))) throw error;
    }
    await delay(PATIENCE, undefined, { signal });
  }
}

async function isPipe(path: string): Promise<boolean> {
  return (await stat(path)).isFIFO();
}

async function writePipe(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { Socket } = process.getBuiltinModule('node:net');
  // The socket closes its descriptor itself.
  const fd = openSync(path, WRITE | NONBLOCK);
  const socket = new Socket({ fd, readable: false, writable: true });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const abort = () => socket.destroy(signal?.reason as Error);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    for await (const chunk of bytes) {
      signal?.throwIfAborted();
      await written(socket, chunk);
    }
    await new Promise<void>((resolve) => socket.end(resolve));
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
    socket.destroy();
    await closed;
  }
}

function written(socket: Socket, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(error);
    socket.once('error', fail);
    socket.write(chunk, (error) => {
      socket.off('error', fail);
      if (error) reject(error);
      else resolve();
    });
  });
}
