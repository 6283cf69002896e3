/**
 * Digests of large files in a tar that is being written, computed by another thread, which reads the tar: hashing a file
 * takes longer than copying it.
 */
import { availableParallelism } from 'node:os';
import type { ContentDigest } from '../files/index.ts';
import { HashingThread } from './hashing-thread.ts';

/** Bytes of a file from which a thread is worth its start. */
const LARGE = 32 << 20;

interface Range {
  readonly start: number;
  readonly end: number;
  readonly settle: (digest: Promise<ContentDigest>) => void;
}

/** Owns a thread once it has a file, until it is disposed of. */
export class ContentHasher implements Disposable {
  readonly #path: string;
  readonly #waiting: Range[] = [];
  #current: Range | undefined;
  #thread: HashingThread | undefined;

  /** @param path of the tar, latin1 bytes */
  constructor(path: string) {
    this.#path = path;
  }

  /** Whether a file of so many bytes should be hashed here. */
  static isFor(size: number): boolean {
    return size >= LARGE && availableParallelism() > 1;
  }

  /** Adds a file whose content is, or will be, in this part of the tar; parts come in order. */
  add(start: number, size: number): Promise<ContentDigest> {
    const { promise, resolve } = Promise.withResolvers<ContentDigest>();
    // Whoever gives up before asking for it must not see an unhandled rejection.
    promise.catch(() => undefined);
    this.#waiting.push({ start, end: start + size, settle: resolve });
    return promise;
  }

  /** Says that the tar is written up to there. */
  advance(position: number): void {
    for (;;) {
      const range = this.#current ?? this.#waiting[0];
      if (range === undefined || position <= range.start) return;
      this.#thread ??= new HashingThread(this.#path, 'sha512-256');
      if (this.#current === undefined) this.#thread.from(range.start);
      this.#current = range;
      if (position < range.end) {
        this.#thread.to(position);
        return;
      }
      const digest = this.#thread.end(range.end);
      range.settle(digest.then((hex): ContentDigest => `sha512-256:${hex}` as ContentDigest));
      this.#waiting.shift();
      this.#current = undefined;
    }
  }

  [Symbol.dispose](): void {
    this.#thread?.[Symbol.dispose]();
  }
}
