/** Bytes that wait in a file without a name instead of in memory, until they are needed in order. */
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { readFully } from './host-files.ts';
import { damaged } from './layer-store.ts';

/** Made when the first bytes come. A killed process leaves nothing of it. */
export class SpillFile implements Disposable {
  readonly #path: string;
  #fd: number | undefined;
  #size = 0;

  /** @param path of a file that does not exist, for a moment */
  constructor(path: string) {
    this.#path = path;
  }

  /** @returns where the bytes are */
  append(bytes: Uint8Array): number {
    const at = this.#size;
    this.write(bytes, at);
    this.#size += bytes.length;
    return at;
  }

  write(bytes: Uint8Array, at: number): void {
    const fd = this.#open();
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(fd, bytes, done, bytes.length - done, at + done);
    }
  }

  /** Fills the buffer. */
  read(buffer: Buffer, at: number): void {
    const target = { buffer, start: 0, length: buffer.length };
    if (readFully(this.#open(), target, at) < buffer.length) {
      throw damaged('its unfinished index is shorter than it was');
    }
  }

  [Symbol.dispose](): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #open(): number {
    if (this.#fd !== undefined) return this.#fd;
    this.#fd = openSync(this.#path, 'wx+', 0o600);
    unlinkSync(this.#path);
    return this.#fd;
  }
}
