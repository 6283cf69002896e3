/** Asynchronous chunks as one stretch of bytes that is read in pieces. */

export class ByteSource {
  readonly #iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  #chunk: Buffer = Buffer.alloc(0);
  #position = 0;
  #ended = false;

  constructor(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#iterator =
      Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  }

  /** The bytes at hand, without taking them. Valid until more are asked for. */
  get buffered(): Buffer {
    return this.#chunk.subarray(this.#position);
  }

  /** Waits until `count` bytes are at hand, or all there are. */
  async fill(count: number): Promise<Buffer> {
    let size = this.#chunk.length - this.#position;
    if (size >= count || this.#ended) return this.buffered;
    const parts = [Buffer.from(this.buffered)];
    while (size < count) {
      const result = await this.#iterator.next();
      if (result.done === true) {
        this.#ended = true;
        break;
      }
      size += result.value.length;
      // Copied, since a chunk is only lent until the next one is asked for.
      parts.push(Buffer.from(result.value));
    }
    this.#chunk = Buffer.concat(parts, size);
    this.#position = 0;
    return this.#chunk;
  }

  /** Marks bytes at hand as used. */
  skip(count: number): void {
    this.#position += count;
  }

  /** Takes `count` bytes; undefined when there are fewer left. */
  async take(count: number): Promise<Buffer | undefined> {
    const bytes = await this.fill(count);
    if (bytes.length < count) return undefined;
    this.skip(count);
    return bytes.subarray(0, count);
  }

  /** The rest, chunk by chunk as the source gives it. */
  async *rest(): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#position < this.#chunk.length) {
      const bytes = this.buffered;
      this.#position = this.#chunk.length;
      yield bytes;
    }
    while (!this.#ended) {
      const result = await this.#iterator.next();
      if (result.done === true) this.#ended = true;
      else yield result.value;
    }
  }

  /** Tells the source that no more is wanted. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#iterator.return?.();
  }
}
