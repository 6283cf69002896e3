/** Columns of numbers that grow: a million rows take as many bytes as their numbers do. */

/** Of more than four types V8 makes no fast path. */
type Values = Uint8Array | Int32Array | Uint32Array | Float64Array;

const FIRST_CAPACITY = 1024;

export class Column<V extends Values> {
  /** Read it again after a `push`: growing moves it. */
  values: V;
  readonly #make: (length: number) => V;
  #length = 0;

  constructor(make: (length: number) => V) {
    this.#make = make;
    this.values = make(FIRST_CAPACITY);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.values.length) {
      const larger = this.#make(this.#length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.#length++] = value;
  }

  at(index: number): number {
    return this.values[index] ?? 0;
  }

  set(index: number, value: number): void {
    this.values[index] = value;
  }
}

export const bytes = (): Column<Uint8Array> => new Column((length) => new Uint8Array(length));
export const integers = (): Column<Int32Array> => new Column((length) => new Int32Array(length));
export const naturals = (): Column<Uint32Array> => new Column((length) => new Uint32Array(length));
export const doubles = (): Column<Float64Array> => new Column((length) => new Float64Array(length));

const DIGEST = 32;

/** Digests of 32 bytes, for some of the rows. */
export class DigestColumn {
  #bytes = Buffer.alloc(DIGEST * FIRST_CAPACITY);
  readonly #known = bytes();

  has(row: number): boolean {
    return row < this.#known.length && this.#known.at(row) === 1;
  }

  /** @param digest 64 hexadecimal digits, with or without the name of an algorithm before them */
  set(row: number, digest: string): void {
    while (this.#known.length <= row) this.#known.push(0);
    if (this.#bytes.length < DIGEST * this.#known.length) this.#grow();
    this.#bytes.write(digest.slice(digest.indexOf(':') + 1), row * DIGEST, DIGEST, 'hex');
    this.#known.set(row, 1);
  }

  /** @returns undefined unless both are known */
  areEqual(a: number, b: number): boolean | undefined {
    if (!this.has(a) || !this.has(b)) return undefined;
    const [one, other] = [a * DIGEST, b * DIGEST];
    return this.#bytes.compare(this.#bytes, other, other + DIGEST, one, one + DIGEST) === 0;
  }

  text(row: number): string | undefined {
    return this.has(row)
      ? this.#bytes.toString('hex', row * DIGEST, (row + 1) * DIGEST)
      : undefined;
  }

  #grow(): void {
    const larger = Buffer.alloc(this.#bytes.length * 2);
    this.#bytes.copy(larger);
    this.#bytes = larger;
  }
}
