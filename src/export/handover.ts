/** Hands a stream's chunks to a second reader while the first one works on them; neither runs ahead. */

interface Offer {
  readonly chunk: Uint8Array;
  readonly taken: () => void;
}

export class Handover implements AsyncIterable<Uint8Array> {
  #offer: Offer | undefined;
  #end: { readonly error?: unknown } | undefined;
  #stopped = false;
  #wake: () => void = () => undefined;

  /** Resolves when the reader is done with the chunk, or reads no more. */
  put(chunk: Uint8Array): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((taken) => {
      this.#offer = { chunk, taken };
      this.#wake();
    });
  }

  /** The reader gets the error, if one is given, after the last chunk. */
  end(failure: { readonly error?: unknown } = {}): void {
    this.#end = failure;
    this.#wake();
  }

  /** The reader has ended: what is put from now on is dropped. */
  stop(): void {
    this.#stopped = true;
    this.#offer?.taken();
    this.#offer = undefined;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        const offer = this.#offer;
        this.#offer = undefined;
        if (offer !== undefined) {
          try {
            yield offer.chunk;
          } finally {
            offer.taken();
          }
        } else if (this.#end !== undefined) {
          if ('error' in this.#end) throw this.#end.error;
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      this.stop();
    }
  }
}

/**
 * Runs both readers over one stream.
 *
 * @param keep reads to the end; what it throws is thrown after `read` has ended
 * @param read may stop early
 * @returns what became of `read`
 */
export async function readTwice<T>(
  bytes: AsyncIterable<Uint8Array>,
  keep: (bytes: AsyncIterable<Uint8Array>) => Promise<unknown>,
  read: (bytes: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<PromiseSettledResult<T>> {
  const handover = new Handover();
  const reading = Promise.allSettled([read(handover).finally(() => handover.stop())]);
  try {
    await keep(passed(bytes, handover));
  } catch (error) {
    handover.end({ error });
    await reading;
    throw error;
  }
  handover.end();
  const [result] = await reading;
  return result;
}

async function* passed(
  bytes: AsyncIterable<Uint8Array>,
  handover: Handover,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of bytes) {
    const taken = handover.put(chunk);
    yield chunk;
    await taken;
  }
}
