/** Reads host files whose paths are bytes, without following a symlink in the last component. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { ContentRange } from '../files/index.ts';
import { CONTENT_FLAGS, openContent } from '../system/index.ts';

/** Turns a host path given as text into latin1 bytes. */
export function toBytePath(path: string): string {
  return Buffer.from(path, 'utf8').toString('latin1');
}

/** A latin1 byte path as `node:fs` takes it. */
export function fsPath(path: string): Buffer {
  return Buffer.from(path, 'latin1');
}

/** Opens for reading; a symlink is an error (ELOOP), a fifo does not wait for its writer. */
export function openForReading(path: string): number {
  return openSync(fsPath(path), CONTENT_FLAGS);
}

/** A range of a buffer to be filled from a file. */
export interface ReadTarget {
  readonly buffer: Buffer;
  readonly start: number;
  readonly length: number;
}

/**
 * Reads until the target is full or the file ends.
 * @returns bytes read
 */
export function readFully(fd: number, target: ReadTarget, position: number): number {
  let done = 0;
  while (done < target.length) {
    const count = readSync(
      fd,
      target.buffer,
      target.start + done,
      target.length - done,
      position + done,
    );
    if (count === 0) break;
    done += count;
  }
  return done;
}

/**
 * Opens files one after the other. Consecutive contents in a layer's tar come from the same file, which is opened
 * once.
 */
export class FileOpener implements Disposable {
  #path: string | undefined;
  #fd = -1;

  /** The descriptor stays valid until the next call. */
  open(range: ContentRange): number {
    if (range.hostPath === this.#path) return this.#fd;
    this.close();
    this.#fd = openContent(range);
    this.#path = range.hostPath;
    return this.#fd;
  }

  close(): void {
    if (this.#path !== undefined) closeSync(this.#fd);
    this.#path = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
