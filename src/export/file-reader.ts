/** Reads files that are often next to each other in the same host file, which is then opened once. */
import { closeSync, readSync } from 'node:fs';
import { AppError } from '../errors.ts';
import type { ContentRange } from '../files/index.ts';
import { openContent } from '../system/index.ts';

const CHUNK = 512 * 1024;

export class FileReader implements Disposable {
  #path: string | undefined;
  #fd = -1;

  /** A descriptor of the host file; valid until the next call. */
  open(range: ContentRange): number {
    if (range.hostPath !== this.#path) {
      this[Symbol.dispose]();
      this.#fd = openContent(range);
      this.#path = range.hostPath;
    }
    return this.#fd;
  }

  /**
   * The bytes of a file in chunks that the caller owns.
   *
   * @throws AppError LAYER_DAMAGED when the host file is too short
   */
  *read(range: ContentRange): Generator<Buffer, void> {
    const { offset, size } = range;
    for (let done = 0; done < size; ) {
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK, size - done));
      const count = readSync(this.open(range), buffer, 0, buffer.length, offset + done);
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
  return new AppError('LAYER_DAMAGED', 'a layer in the store is truncated', {
    hint: 'remove the image with `lamina rmi` and build or load it again',
  });
}
