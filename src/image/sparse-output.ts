/** A sparse file as a stream: its stored pieces with the zeros between them. */
import type { SparsePiece } from '../archive/index.ts';

/** Puts stored bytes at their offsets, with zeros between them. */
export class SparseOutput {
  readonly #size: number;
  readonly #pieces: readonly SparsePiece[];
  #piece = 0;
  /** Of the current piece. */
  #done = 0;
  #at = 0;

  /**
   * @param size of the file, holes included
   * @param pieces where the stored bytes belong, in their order
   */
  constructor(size: number, pieces: readonly SparsePiece[]) {
    this.#size = size;
    this.#pieces = pieces.filter((piece) => piece.size > 0);
  }

  /** The stored bytes, all in order. Each chunk is lent until the next call. */
  *add(stored: Uint8Array): Generator<Uint8Array, void, undefined> {
    for (let rest = stored; rest.length > 0; ) {
      const piece = this.#pieces[this.#piece];
      if (piece === undefined) return;
      yield* this.#zerosUpTo(piece.offset + this.#done);
      const part = rest.subarray(0, piece.size - this.#done);
      yield part;
      this.#at += part.length;
      this.#done += part.length;
      rest = rest.subarray(part.length);
      if (this.#done < piece.size) continue;
      this.#piece++;
      this.#done = 0;
    }
  }

  /** The zeros after the last piece. */
  end(): Generator<Uint8Array, void, undefined> {
    return this.#zerosUpTo(this.#size);
  }

  *#zerosUpTo(offset: number): Generator<Uint8Array, void, undefined> {
    while (this.#at < offset) {
      const part = ZEROS.subarray(0, offset - this.#at);
      yield part;
      this.#at += part.length;
    }
  }
}

const ZEROS = Buffer.alloc(1 << 16);
