/**
 * Hashes the contents of files. Small files are read synchronously, since 50,000 trips through the thread pool cost
 * more than the reading; the event loop runs every few milliseconds.
 */
import { createHash } from 'node:crypto';
import { closeSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { TimeSlice } from '../../concurrency/index.ts';
import { type ContentDigest, type ContentRange, contentDigest } from '../../files/index.ts';
import { openContent } from '../../system/index.ts';

const SMALL = 256 * 1024;
const CHUNK = 1024 * 1024;
const readAsync = promisify(read);

export interface HashedContent {
  readonly digest: ContentDigest;
  /** Bytes actually read; fewer than the range's size when the file has become shorter. */
  readonly size: number;
}

/** Hashes one file after another with one buffer; a file that holds the contents of many is opened once. */
export class ContentHasher implements Disposable {
  /** As large as the largest small file so far: most COPY instructions hash few files, or none this way. */
  #buffer = Buffer.alloc(0);
  readonly #slice = new TimeSlice();
  #openPath: string | undefined;
  #fd = -1;

  /**
   * @throws the file system's error when the file cannot be opened or read, the signal's reason when aborted
   */
  async hash(range: ContentRange, signal?: AbortSignal): Promise<HashedContent> {
    await this.#pause(signal);
    const fd = this.#open(range);
    return range.size <= SMALL ? this.#hashSmall(fd, range) : await hashLarge(fd, range, signal);
  }

  /**
   * Reads and hashes a file, and keeps it in memory.
   * @throws as `hash`
   */
  async read(
    range: ContentRange,
    signal?: AbortSignal,
  ): Promise<HashedContent & { readonly bytes: Uint8Array }> {
    await this.#pause(signal);
    const buffer = Buffer.allocUnsafe(range.size);
    const bytes = buffer.subarray(0, readInto(buffer, this.#open(range), range));
    return { digest: contentDigest(bytes), size: bytes.length, bytes };
  }

  [Symbol.dispose](): void {
    if (this.#openPath !== undefined) closeSync(this.#fd);
    this.#openPath = undefined;
  }

  #open(range: ContentRange): number {
    if (this.#openPath === range.hostPath) return this.#fd;
    this[Symbol.dispose]();
    this.#fd = openContent(range);
    this.#openPath = range.hostPath;
    return this.#fd;
  }

  #hashSmall(fd: number, range: ContentRange): HashedContent {
    if (range.size > this.#buffer.length) {
      this.#buffer = Buffer.allocUnsafe(Math.min(SMALL, 2 * range.size));
    }
    const size = readInto(this.#buffer, fd, range);
    return { digest: contentDigest(this.#buffer.subarray(0, size)), size };
  }

  async #pause(signal: AbortSignal | undefined): Promise<void> {
    if (this.#slice.isOver) await this.#slice.yield();
    signal?.throwIfAborted();
  }
}

/** @returns bytes read: fewer than the range has when the file has become shorter */
function readInto(buffer: Buffer, fd: number, range: ContentRange): number {
  let size = 0;
  while (size < range.size) {
    const count = readSync(fd, buffer, size, range.size - size, range.offset + size);
    if (count === 0) break;
    size += count;
  }
  return size;
}

async function hashLarge(
  fd: number,
  range: ContentRange,
  signal: AbortSignal | undefined,
): Promise<HashedContent> {
  const hasher = createHash('sha512-256');
  const buffer = Buffer.allocUnsafe(CHUNK);
  let size = 0;
  while (size < range.size) {
    signal?.throwIfAborted();
    const length = Math.min(CHUNK, range.size - size);
    const { bytesRead } = await readAsync(fd, buffer, 0, length, range.offset + size);
    if (bytesRead === 0) break;
    hasher.update(buffer.subarray(0, bytesRead));
    size += bytesRead;
  }
  return { digest: `sha512-256:${hasher.digest('hex')}` as ContentDigest, size };
}
