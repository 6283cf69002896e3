/** Bytes passed from a writer to a reader, a few chunks apart. */

const MOST_WAITING = 2;
/** Chunks that are waiting, being read or being written: with as many buffers in turn, a chunk can be lent. */
export const CHUNKS_IN_USE = MOST_WAITING + 1;

/** Has one writer and one reader. */
export class ByteChannel implements AsyncIterable<Uint8Array> {
  readonly #chunks: Uint8Array[] = [];
  #state: 'open' | 'ended' | 'left' = 'open';
  #failure: unknown;
  #wake: () => void = () => undefined;

  /** Waits while the reader is far behind. Drops the chunk when the reader has left. */
  async write(chunk: Uint8Array): Promise<void> {
    if (this.#state !== 'open') return;
    this.#chunks.push(chunk);
    this.#wake();
    while (this.#chunks.length >= MOST_WAITING && this.#state === 'open') await this.#change();
  }

  end(): void {
    if (this.#state === 'open') this.#state = 'ended';
    this.#wake();
  }

  /** The reader gets this error instead of an end. */
  fail(error: unknown): void {
    this.#failure = error;
    this.end();
  }

  /** Called by the reader when it reads no further. */
  leave(): void {
    this.#state = 'left';
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        const chunk = this.#chunks.shift();
        if (chunk !== undefined) {
          this.#wake();
          yield chunk;
        } else if (this.#state === 'ended') {
          if (this.#failure !== undefined) throw this.#failure;
          return;
        } else await this.#change();
      }
    } finally {
      this.leave();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const others = this.#wake;
      this.#wake = () => {
        this.#wake = () => undefined;
        others();
        resolve();
      };
    });
  }
}
