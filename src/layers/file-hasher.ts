/**
 * The sha256 of a file while it is still being written. Chunks in memory are hashed as they come. Where that takes long,
 * another thread computes it and reads the file itself, so nothing is copied between threads: starting one takes as long
 * as hashing some 50 MB with the processor's SHA instructions, or 8 MB without, and it takes 20 MB of memory.
 */
import { createHash, type Hash } from 'node:crypto';
import { closeSync } from 'node:fs';
import { HashingThread } from './hashing-thread.ts';
import { openForReading, readFully } from './host-files.ts';

/** Bytes of a file that was not in memory from which a thread is worth its start. */
const THREAD_FROM = 32 << 20;
/** Milliseconds of hashing here from which a thread is worth its start, and hashing again what was hashed here. */
const THREAD_AFTER = 250;
const CHUNK = 1 << 20;

/**
 * Hashes the first bytes of one file. Owns a thread until `finish` has answered or `close` is called.
 *
 *     using hasher = new FileHasher(path);
 *     for await (const chunk of source) { const writing = write(chunk); hasher.advance(chunk); await writing; }
 *     const hex = await hasher.finish();
 */
export class FileHasher implements Disposable {
  readonly #path: string;
  readonly #expected: number;
  #size = 0;
  /** Of all bytes so far; undefined once some were not given. */
  #hash: Hash | undefined = createHash('sha256');
  /** Milliseconds a byte: the least of all chunks, which is what the processor takes when nothing interrupts it. */
  #pace = Number.POSITIVE_INFINITY;
  #thread: HashingThread | undefined;

  /**
   * @param path latin1 bytes
   * @param expected bytes, at least: where hashing them here would take long, a thread does it from the start
   */
  constructor(path: string, expected = 0) {
    this.#path = path;
    this.#expected = expected;
  }

  /** Adds bytes, or their number, that will be in the file before the next call, and will not change any more. */
  advance(bytes: Uint8Array | number): void {
    const written = this.#size;
    this.#size += typeof bytes === 'number' ? bytes : bytes.length;
    if (typeof bytes === 'number') this.#hash = undefined;
    else this.#update(bytes);
    const isLong = this.#hash === undefined && this.#size >= THREAD_FROM;
    if (this.#thread === undefined && isLong) this.#start();
    this.#thread?.to(written);
  }

  /** The digest of all bytes so far, in hex. */
  async finish(): Promise<string> {
    if (this.#hash !== undefined) return this.#hash.digest('hex');
    return this.#thread?.end(this.#size) ?? this.#hashHere();
  }

  /** Ends the thread, if it is still running. */
  close(): void {
    this.#thread?.[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #update(bytes: Uint8Array): void {
    if (this.#hash === undefined || bytes.length === 0) return;
    const started = process.hrtime.bigint();
    this.#hash.update(bytes);
    const spent = Number(process.hrtime.bigint() - started) / 1e6;
    this.#pace = Math.min(this.#pace, spent / bytes.length);
    const expected = this.#size < CHUNK ? 0 : this.#expected;
    if (Math.max(this.#size, expected) * this.#pace < THREAD_AFTER) return;
    this.#hash = undefined;
    this.#start();
  }

  #start(): void {
    this.#thread = new HashingThread(this.#path, 'sha256');
    this.#thread.from(0);
  }

  #hashHere(): string {
    const fd = openForReading(this.#path);
    try {
      const hash = createHash('sha256');
      const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK, this.#size));
      for (let done = 0; done < this.#size; ) {
        const length = Math.min(buffer.length, this.#size - done);
        const count = readFully(fd, { buffer, start: 0, length }, done);
        if (count < length) throw new Error(`the file is shorter than ${this.#size} bytes`);
        hash.update(buffer.subarray(0, count));
        done += count;
      }
      return hash.digest('hex');
    } finally {
      closeSync(fd);
    }
  }
}
