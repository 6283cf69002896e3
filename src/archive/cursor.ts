/** Bytes that arrive in chunks, taken in pieces of a wanted size. */

const NOTHING = Buffer.alloc(0);

export class ChunkCursor {
  #chunk: Buffer = NOTHING;
  #position = 0;
  /** Offset of the current chunk in the stream. */
  #base = 0;
  #parts: Buffer[] = [];
  #collected = 0;

  /** All bytes of the chunk before must have been used. */
  push(chunk: Uint8Array): void {
    if (this.available > 0) throw new Error('a chunk was given before the one before it was used');
    this.#base += this.#chunk.length;
    this.#chunk = Buffer.isBuffer(chunk)
      ? chunk
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#position = 0;
  }

  /** Offset in the stream of the next byte that nobody has taken. */
  get offset(): number {
    return this.#base + this.#position - this.#collected;
  }

  /** Bytes left in the current chunk. */
  get available(): number {
    return this.#chunk.length - this.#position;
  }

  /** Bytes set aside by a `take` that had to wait for more. */
  get collected(): number {
    return this.#collected;
  }

  /** Exactly `size` bytes, copied only if they lie across chunks; undefined when some have yet to come. */
  take(size: number): Buffer | undefined {
    const missing = size - this.#collected;
    if (this.#collected === 0 && this.available >= size) return this.view(size);
    if (this.available === 0) return undefined;
    // Copied, since the chunk may be reused by its owner.
    const part = Buffer.from(this.view(Math.min(this.available, missing)));
    this.#parts.push(part);
    this.#collected += part.length;
    if (part.length < missing) return undefined;
    const whole = Buffer.concat(this.#parts, size);
    this.#parts = [];
    this.#collected = 0;
    return whole;
  }

  /** The next bytes of the chunk, at most `limit`, without a copy. */
  view(limit: number): Buffer {
    const start = this.#position;
    this.#position = Math.min(this.#chunk.length, start + limit);
    return this.#chunk.subarray(start, this.#position);
  }
}
