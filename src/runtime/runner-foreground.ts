/**
 * Connects a container without a terminal to the runner's own standard streams. The container gets pipes in their
 * place: a runtime gives the streams it is handed to the container's user, and the user's files are not its to give.
 */
import { createReadStream, createWriteStream, fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isatty, ReadStream } from 'node:tty';
import type { ContainerStreams } from './runner-container.ts';

/** @param interactive whether standard input is passed on */
export function foregroundStreams(interactive: boolean): ContainerStreams {
  return {
    stdout: (stream) => passOn(stream, 1),
    stderr: (stream) => passOn(stream, 2),
    stdin: interactive ? feed : undefined,
  };
}

/** Writes all of a stream to one of the runner's own; resolves when the stream has ended. */
export async function passOn(stream: Readable, fd: number): Promise<void> {
  const output = openOutput(fd);
  try {
    // Ending a socket would shut it down for everybody who shares it: lamina's caller and its next command.
    await pipeline(stream, output, { end: false });
    await new Promise<void>((resolve) => output.write('', () => resolve()));
  } catch {
    // Nobody reads any more: the stream is closed, and the process learns it by SIGPIPE.
  }
}

function feed(stream: Socket): void {
  const input = openInput();
  stream.once('close', () => input.destroy());
  pipeline(input, stream).catch(() => stream.destroy());
}

function openOutput(fd: number): NodeJS.WritableStream {
  if (isPipe(fd)) return new Socket({ fd, readable: false, writable: true });
  return createWriteStream('', { fd, autoClose: false });
}

function openInput(): Socket | ReturnType<typeof createReadStream> {
  if (isatty(0)) return new ReadStream(0);
  if (isPipe(0)) return new Socket({ fd: 0, readable: true, writable: false });
  return createReadStream('', { fd: 0, autoClose: false });
}

function isPipe(fd: number): boolean {
  const stat = fstatSync(fd);
  return stat.isFIFO() || stat.isSocket();
}
