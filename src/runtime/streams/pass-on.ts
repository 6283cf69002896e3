/** Copies output of containers to the runner's own standard streams. */
import { createWriteStream, fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Writes all of a stream to one of the runner's own; resolves when the stream has ended. */
export async function passOn(stream: Readable, fd: number): Promise<void> {
  const output = openOutput(fd);
  try {
    // Ending a socket would shut it down for everybody who shares it: lamina's caller and its next command.
    await pipeline(stream, output, { end: false });
    await new Promise<void>((resolve) => output.write('', () => resolve()));
  } catch {
    // Nothing reads any more: the stream is closed, and the process gets SIGPIPE.
  }
}

function openOutput(fd: number): NodeJS.WritableStream {
  if (isPipe(fd)) return new Socket({ fd, readable: false, writable: true });
  return createWriteStream('', { fd, autoClose: false });
}

export function isPipe(fd: number): boolean {
  const stat = fstatSync(fd);
  return stat.isFIFO() || stat.isSocket();
}
