/**
 * Pipes for the standard streams of a container. Node makes socket pairs, which cannot be reopened through /dev/stdout;
 * these are true pipes, made as named ones and unlinked at once.
 */
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { fsPath, makeNode } from '../../system/index.ts';

/** A pipe with one end as a stream for us, and the other as a descriptor for a child. */
export interface ChildPipe {
  readonly stream: Socket;
  /** Close it as soon as the child has it: the stream ends when no writer is left. */
  readonly childFd: number;
}

/**
 * A pipe that the child writes and we read.
 * @param options.keep its path stays, for the child to open it again
 */
export function outputPipe(path: string, { keep = false } = {}): ChildPipe {
  return withFifo(path, keep, () => {
    const ours = openSync(fsPath(path), constants.O_RDONLY | constants.O_NONBLOCK);
    const childFd = openSync(fsPath(path), constants.O_WRONLY);
    return { stream: new Socket({ fd: ours, readable: true, writable: false }), childFd };
  });
}

/** A pipe that we write and the child reads. */
export function inputPipe(path: string): ChildPipe {
  return withFifo(path, false, () => {
    // The child's end must block on reading, but opening it that way waits for a writer.
    const opener = openSync(fsPath(path), constants.O_RDONLY | constants.O_NONBLOCK);
    const ours = openSync(fsPath(path), constants.O_WRONLY | constants.O_NONBLOCK);
    const childFd = openSync(fsPath(path), constants.O_RDONLY);
    closeSync(opener);
    return { stream: new Socket({ fd: ours, readable: false, writable: true }), childFd };
  });
}

function withFifo(path: string, keep: boolean, open: () => ChildPipe): ChildPipe {
  // Any user of the container may reopen its own /dev/stdout.
  makeNode(path, { type: 'fifo', mode: 0o666 });
  try {
    return open();
  } finally {
    if (!keep) unlinkSync(fsPath(path));
  }
}
