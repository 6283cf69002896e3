/**
 * Connects a container without a terminal to the runner's own standard streams, through pipes: a runtime changes the
 * owner of the streams it gets to the container's user, and must not do that to the user's files.
 */
import { createReadStream } from 'node:fs';
import { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { isatty, ReadStream } from 'node:tty';
import { isPipe, passOn } from './pass-on.ts';
import type { ContainerStreams } from './streams.ts';

/** @param interactive whether standard input is passed on */
export function foregroundStreams(interactive: boolean): ContainerStreams {
  return {
    stdout: (stream) => passOn(stream, 1),
    stderr: (stream) => passOn(stream, 2),
    stdin: interactive ? feed : undefined,
  };
}

function feed(stream: Socket): void {
  const input = openInput();
  stream.once('close', () => input.destroy());
  pipeline(input, stream).catch(() => stream.destroy());
}

function openInput(): Socket | ReturnType<typeof createReadStream> {
  if (isatty(0)) return new ReadStream(0);
  if (isPipe(0)) return new Socket({ fd: 0, readable: true, writable: false });
  return createReadStream('', { fd: 0, autoClose: false });
}
