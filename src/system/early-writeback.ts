import { callNativeAsync } from './libc.ts';

/** Bytes between two requests. Smaller files are not worth it. */
const STEP = 16 << 20;
/** `SYNC_FILE_RANGE_WRITE`: see `sync_file_range(2)`. */
const WRITE = 2;

/**
 * Has the kernel begin to write a large file to the disk while it is still growing, so that syncing it at the end does
 * not wait for all of it. Failures do not matter: the sync reports them.
 */
export class EarlyWriteback {
  readonly #fd: number;
  #asked = 0;
  #isPending = false;

  /** @param fd may be closed at any time */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Says that the first bytes of the file are written, up to there. */
  advance(position: number): void {
    if (position - this.#asked < STEP || this.#isPending || process.platform !== 'linux') return;
    const start = this.#asked;
    this.#asked = position;
    this.#isPending = true;
    const end = (): void => {
      this.#isPending = false;
    };
    this.#ask(start, position - start).then(end, end);
  }

  async #ask(start: number, length: number): Promise<void> {
    const prototype = 'int sync_file_range(int, int64_t, int64_t, unsigned int)';
    await callNativeAsync(prototype, 'sync_file_range', '', this.#fd, start, length, WRITE);
  }
}
