/**
 * The whole output of a step, kept until it is known whether it must be shown. Output over a megabyte goes to an
 * unnamed temporary file, which does not outlive the process.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const IN_MEMORY = 1024 * 1024;
const READ_SIZE = 64 * 1024;

export class StepLog {
  #recent: Uint8Array[] = [];
  #recentBytes = 0;
  #file: number | undefined;
  #lines = 0;

  /** Number of lines so far. */
  get lines(): number {
    return this.#lines;
  }

  /** @param line without its line break */
  push(line: Uint8Array): void {
    this.#recent.push(line, NEWLINE);
    this.#recentBytes += line.length + 1;
    this.#lines++;
    if (this.#recentBytes > IN_MEMORY) this.#spill();
  }

  /** The whole output in order, in chunks of any size. */
  *chunks(): Generator<Uint8Array> {
    if (this.#file !== undefined) {
      let position = 0;
      for (;;) {
        const piece = Buffer.alloc(READ_SIZE);
        const count = readSync(this.#file, piece, 0, READ_SIZE, position);
        if (count === 0) break;
        position += count;
        yield piece.subarray(0, count);
      }
    }
    yield* this.#recent;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#recent = [];
  }

  #spill(): void {
    this.#file ??= openNamelessFile();
    const bytes = Buffer.concat(this.#recent);
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done);
    this.#recent = [];
    this.#recentBytes = 0;
  }
}

const NEWLINE = Uint8Array.of(0x0a);

function openNamelessFile(): number {
  const directory = mkdtempSync(join(tmpdir(), 'lamina-log-'));
  try {
    return openSync(join(directory, 'log'), 'wx+', 0o600);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
