/** Takes pieces of a given size from bytes that arrive in chunks. */

const NOTHING = Buffer.alloc(0);

export class ChunkCursor {
  #chunk: Buffer = NOTHING;
  /** Bytes of the chunk, also when its owner has freed it. */
  #size = 0;
  #position = 0;
  /** Offset of the current chunk in the stream. */
  #base = 0;
  #parts: Buffer[] = [];
  #collected = 0;

  /** The previous chunk must be used up. */
  push(chunk: Uint8Array): void {
    if (this.available > 0) throw new Error('a chunk was given before the one before it was used');
    this.#base += this.#size;
    this.#chunk = Buffer.isBuffer(chunk)
      ? chunk
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#size = chunk.length;
    this.#position = 0;
  }

  /** Offset in the stream of the next byte. */
  get offset(): number {
    return this.#base + this.#position - this.#collected;
  }

  /** Bytes left in the current chunk. */
  get available(): number {
    return this.#size - this.#position;
  }

  /** Bytes kept by a `take` that waits for more. */
  get collected(): number {
    return this.#collected;
  }

  /** Exactly `size` bytes, copied only if they span chunks; undefined if more input is needed. */
  take(size: number): Buffer | undefined {
    const missing = size - this.#collected;
    if (this.#collected === 0 && this.available >= size) return this.view(size);
    if (this.available === 0) return undefined;
    // Copied: the owner of the chunk may reuse it.
    const part = Buffer.from(this.view(Math.min(this.available, missing)));
    this.#parts.push(part);
    this.#collected += part.length;
    if (part.length < missing) return undefined;
    const whole = Buffer.concat(this.#parts, size);
    this.#parts = [];
    this.#collected = 0;
    return whole;
  }

  /** Passes over bytes after those of the chunk, which must be used up: they are never pushed. */
  skip(size: number): void {
    if (this.available > 0 || this.#collected > 0) throw new Error('bytes before are not used');
    this.#base += size;
  }

  /** The next bytes of the chunk, at most `limit`, without a copy. */
  view(limit: number): Buffer {
    const start = this.#position;
    this.#position = Math.min(this.#size, start + limit);
    return this.#chunk.subarray(start, this.#position);
  }
}
