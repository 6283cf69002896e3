/** Collects bytes without moving them as they grow: no buffer is copied into a larger one. */
import type { SpillFile } from './spill-file.ts';

/** The first chunk is small, since most layers are; each is twice the one before, up to the largest. */
const SMALLEST = 4096;
const LARGEST = 1 << 20;

/** Bytes of a chunk, to be written at once: they may be moved by the next call. */
export interface ReservedBytes {
  readonly view: DataView;
  readonly at: number;
}

/** A full chunk: its bytes, or where they are in the spill file. */
interface Full {
  /** Of its first byte among all that were collected. */
  readonly start: number;
  readonly length: number;
  readonly bytes: Buffer | undefined;
  readonly spilledAt: number;
}

export class ByteCollector {
  readonly #spill: SpillFile | undefined;
  readonly #full: Full[] = [];
  #chunk = Buffer.alloc(0);
  #view = new DataView(new ArrayBuffer(0));
  #used = 0;
  #size = 0;

  /** @param spill takes large chunks, so that memory stays small */
  constructor(spill?: SpillFile | undefined) {
    this.#spill = spill;
  }

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

  /** Replaces collected bytes that were added in one piece. */
  patch(at: number, bytes: Uint8Array): void {
    const first = this.#size - this.#used;
    if (at >= first) {
      this.#chunk.set(bytes, at - first);
      return;
    }
    const full = this.#full[this.#fullAt(at)];
    if (full === undefined) throw new RangeError(`no byte ${at}`);
    if (full.bytes === undefined) this.#spill?.write(bytes, full.spilledAt + at - full.start);
    else full.bytes.set(bytes, at - full.start);
  }

  /** All of it, in order. A piece is lent until the next one. */
  *chunks(): Generator<Buffer, void> {
    let lent: Buffer | undefined;
    for (const { bytes, length, spilledAt } of this.#full) {
      if (bytes !== undefined) {
        yield bytes;
        continue;
      }
      if (lent === undefined || lent.length < length) lent = Buffer.allocUnsafeSlow(length);
      const piece = lent.subarray(0, length);
      this.#spill?.read(piece, spilledAt);
      yield piece;
    }
    if (this.#used > 0) yield this.#chunk.subarray(0, this.#used);
  }

  #take(length: number): number {
    if (this.#chunk.length - this.#used < length) this.#grow(length);
    const at = this.#used;
    this.#used += length;
    this.#size += length;
    return at;
  }

  #grow(length: number): void {
    const isSpilled = this.#used > 0 && this.#keepFull();
    if (isSpilled && this.#chunk.length >= length) this.#chunk.fill(0, 0, this.#used);
    else {
      const next = Math.min(LARGEST, Math.max(SMALLEST, 2 * this.#chunk.length));
      this.#chunk = Buffer.alloc(Math.max(length, next));
      this.#view = new DataView(this.#chunk.buffer, this.#chunk.byteOffset, this.#chunk.length);
    }
    this.#used = 0;
  }

  /** @returns whether the chunk may be used again */
  #keepFull(): boolean {
    const bytes = this.#chunk.subarray(0, this.#used);
    const start = this.#size - this.#used;
    const spill = bytes.length * 2 > LARGEST ? this.#spill : undefined;
    const spilledAt = spill?.append(bytes) ?? 0;
    const kept = spill === undefined ? bytes : undefined;
    this.#full.push({ start, length: bytes.length, bytes: kept, spilledAt });
    return spill !== undefined;
  }

  #fullAt(at: number): number {
    let low = 0;
    let high = this.#full.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#full[middle]?.start ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
