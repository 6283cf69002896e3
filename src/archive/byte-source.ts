/** Reads asynchronous chunks as one sequence of bytes, in pieces. */

export class ByteSource {
  readonly #iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  #chunk: Buffer = Buffer.alloc(0);
  #position = 0;
  #ended = false;

  constructor(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#iterator =
      Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  }

  /** The buffered bytes, without taking them. Valid until more are requested. */
  get buffered(): Buffer {
    return this.#chunk.subarray(this.#position);
  }

  /** Waits until `count` bytes are buffered, or the source has ended. */
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
      // Copied: a chunk is only valid until the next one is requested.
      parts.push(Buffer.from(result.value));
    }
    this.#chunk = Buffer.concat(parts, size);
    this.#position = 0;
    return this.#chunk;
  }

  /** Drops buffered bytes. */
  skip(count: number): void {
    this.#position += count;
  }

  /** Takes `count` bytes; undefined if fewer are left. */
  async take(count: number): Promise<Buffer | undefined> {
    const bytes = await this.fill(count);
    if (bytes.length < count) return undefined;
    this.skip(count);
    return bytes.subarray(0, count);
  }

  /** The rest, in the source's chunks. */
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

  /** Closes the source early. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#iterator.return?.();
  }
}
