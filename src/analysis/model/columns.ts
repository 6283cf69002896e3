/** Columns of numbers that grow: a million rows take as many bytes as their numbers do. */

/** Of more than four types V8 makes no fast path. */
type Values = Uint8Array | Int32Array | Uint32Array | Float64Array;

/** Rows in a piece: growing copies nothing, and leaves little room unused. */
const PIECE_BITS = 13;
const PIECE = 1 << PIECE_BITS;
const IN_PIECE = PIECE - 1;

export class Column<V extends Values> {
  readonly #pieces: V[] = [];
  readonly #make: (length: number) => V;
  #length = 0;

  constructor(make: (length: number) => V) {
    this.#make = make;
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const row = this.#length++;
    if ((row & IN_PIECE) === 0) this.#pieces.push(this.#make(PIECE));
    this.set(row, value);
  }

  /** 0 for a row that is not there. */
  at(row: number): number {
    return this.#pieces[row >>> PIECE_BITS]?.[row & IN_PIECE] ?? 0;
  }

  set(row: number, value: number): void {
    const piece = this.#pieces[row >>> PIECE_BITS];
    if (piece !== undefined) piece[row & IN_PIECE] = value;
  }
}

export const bytes = (): Column<Uint8Array> => new Column((length) => new Uint8Array(length));
export const integers = (): Column<Int32Array> => new Column((length) => new Int32Array(length));
export const naturals = (): Column<Uint32Array> => new Column((length) => new Uint32Array(length));
export const doubles = (): Column<Float64Array> => new Column((length) => new Float64Array(length));
