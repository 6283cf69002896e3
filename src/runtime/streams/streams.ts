/** Where the streams of a process go. */
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/** Destinations of a container's streams. */
export interface ContainerStreams {
  /** Receives everything that the process writes; resolves when it has all of it. */
  readonly stdout: (stream: Readable) => Promise<void>;
  readonly stderr: (stream: Readable) => Promise<void>;
  /** Feeds standard input until the stream closes; without it the process reads nothing. */
  readonly stdin?: ((stream: Socket) => void) | undefined;
}

/** The runner's own standard streams. */
export interface OwnTerminal {
  /** Whether the container gets typed input. */
  readonly interactive: boolean;
  /** Standard output is not a terminal: output on the container's own terminal is passed on there. */
  readonly made: boolean;
}
