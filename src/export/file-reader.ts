/** Reads files that often lie one after the other in the same host file, which is then opened once. */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { AppError } from '../errors.ts';
import type { ContentRange } from '../files/index.ts';

const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);
const CHUNK = 512 * 1024;

export class FileReader implements Disposable {
  #path: string | undefined;
  #fd = -1;

  /** A descriptor of the host file; valid until the next call. */
  open(hostPath: string): number {
    if (hostPath !== this.#path) {
      this[Symbol.dispose]();
      this.#fd = openSync(Buffer.from(hostPath, 'latin1'), FLAGS);
      this.#path = hostPath;
    }
    return this.#fd;
  }

  /**
   * The bytes of a file in chunks that are the caller's.
   *
   * @throws AppError LAYER_DAMAGED when the host file is too short
   */
  *read({ hostPath, offset, size }: ContentRange): Generator<Buffer, void> {
    for (let done = 0; done < size; ) {
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK, size - done));
      const count = readSync(this.open(hostPath), buffer, 0, buffer.length, offset + done);
      if (count === 0) throw tooShort();
      yield buffer.subarray(0, count);
      done += count;
    }
  }

  [Symbol.dispose](): void {
    if (this.#path !== undefined) closeSync(this.#fd);
    this.#path = undefined;
  }
}

/** A layer's file ended before the size its index gives. */
export function tooShort(): AppError {
  return new AppError('LAYER_DAMAGED', 'a layer in the store is shorter than it was', {
    hint: 'remove the image with `lamina rmi` and build or load it again',
  });
}
