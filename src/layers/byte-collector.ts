/** Collects bytes without moving them as they grow: no buffer is copied into a larger one. */

/** The first chunk is small, since most layers are; each is twice the one before, up to the largest. */
const SMALLEST = 4096;
const LARGEST = 1 << 20;

/** Bytes of a chunk, to be written. */
export interface ReservedBytes {
  readonly view: DataView;
  readonly at: number;
}

export class ByteCollector {
  readonly #full: Buffer[] = [];
  #chunk = Buffer.alloc(0);
  #view = new DataView(new ArrayBuffer(0));
  #used = 0;
  #size = 0;

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** Reserves zeros in one piece, part of the collected bytes, to be written into. */
  reserve(length: number): ReservedBytes {
    const at = this.#take(length);
    return { view: this.#view, at };
  }

  text(text: string, encoding: 'latin1' | 'hex' = 'latin1'): void {
    const length = encoding === 'hex' ? text.length / 2 : text.length;
    if (length === 0) return;
    const at = this.#take(length);
    this.#chunk.write(text, at, length, encoding);
  }

  /** All of it, in order. */
  chunks(): readonly Buffer[] {
    return this.#used === 0 ? this.#full : [...this.#full, this.#chunk.subarray(0, this.#used)];
  }

  #take(length: number): number {
    if (this.#chunk.length - this.#used < length) this.#grow(length);
    const at = this.#used;
    this.#used += length;
    this.#size += length;
    return at;
  }

  #grow(length: number): void {
    if (this.#used > 0) this.#full.push(this.#chunk.subarray(0, this.#used));
    const next = Math.min(LARGEST, Math.max(SMALLEST, 2 * this.#chunk.length));
    this.#chunk = Buffer.alloc(Math.max(length, next));
    this.#view = new DataView(this.#chunk.buffer, this.#chunk.byteOffset, this.#chunk.length);
    this.#used = 0;
  }
}
