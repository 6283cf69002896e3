/**
 * Content digests of files: sha512-256, the fastest safe hash Node has without special instructions.
 * Small files are read synchronously, since 50,000 trips through the thread pool cost more than the reading;
 * the hasher gives the event loop a turn every few milliseconds.
 */
import { createHash, hash } from 'node:crypto';
import { closeSync, constants, openSync, read, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ContentDigest, ContentRange } from './entry.ts';

const ALGORITHM = 'sha512-256';
const SMALL = 256 * 1024;
const CHUNK = 1024 * 1024;
const TURN_MS = 8;
const readAsync = promisify(read);

/** The content digest of bytes in memory. */
export function contentDigest(bytes: Uint8Array | string): ContentDigest {
  return `${ALGORITHM}:${hash(ALGORITHM, bytes, 'hex')}` as ContentDigest;
}

export interface HashedContent {
  readonly digest: ContentDigest;
  /** Bytes actually read; fewer than the range's size when the file has become shorter. */
  readonly size: number;
}

/** Hashes one file after another with one buffer. */
export class ContentHasher {
  #buffer = Buffer.allocUnsafe(SMALL);
  #turnEnds = 0;

  /**
   * @throws the file system's error when the file cannot be opened or read, the signal's reason when aborted
   */
  async hash(range: ContentRange, signal?: AbortSignal): Promise<HashedContent> {
    await this.#giveTurn(signal);
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const fd = openSync(Buffer.from(range.hostPath, 'latin1'), flags);
    try {
      return range.size <= SMALL ? this.#hashSmall(fd, range) : await hashLarge(fd, range, signal);
    } finally {
      closeSync(fd);
    }
  }

  #hashSmall(fd: number, range: ContentRange): HashedContent {
    let size = 0;
    while (size < range.size) {
      const count = readSync(fd, this.#buffer, size, range.size - size, range.offset + size);
      if (count === 0) break;
      size += count;
    }
    return { digest: contentDigest(this.#buffer.subarray(0, size)), size };
  }

  async #giveTurn(signal: AbortSignal | undefined): Promise<void> {
    const now = performance.now();
    if (now < this.#turnEnds) return;
    if (this.#turnEnds > 0) await setImmediate();
    signal?.throwIfAborted();
    this.#turnEnds = performance.now() + TURN_MS;
  }
}

async function hashLarge(
  fd: number,
  range: ContentRange,
  signal: AbortSignal | undefined,
): Promise<HashedContent> {
  const hasher = createHash(ALGORITHM);
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
  return { digest: `${ALGORITHM}:${hasher.digest('hex')}` as ContentDigest, size };
}
