/** The numbers that identify many host files, as columns. */
/** The numbers that identify a host file; all small, so that tens of thousands of them stay cheap. */
export interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
  readonly bytes: number;
  /** Seconds since the epoch, and nanoseconds. */
  readonly mtime: number;
  readonly mtimeNs: number;
  readonly ctime: number;
  readonly ctimeNs: number;
}

const NUMBERS = 7;
const FIRST = 16;

/** A list that grows at its end. Each call of `at` makes a new object. */
export class IdentityTable {
  #length = 0;
  #numbers = new Float64Array(FIRST * NUMBERS);

  get length(): number {
    return this.#length;
  }

  add({ dev, ino, bytes, mtime, mtimeNs, ctime, ctimeNs }: FileIdentity): void {
    const at = this.#length++ * NUMBERS;
    if (at === this.#numbers.length) {
      const larger = new Float64Array(2 * at);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    const numbers = this.#numbers;
    numbers[at] = dev;
    numbers[at + 1] = ino;
    numbers[at + 2] = bytes;
    numbers[at + 3] = mtime;
    numbers[at + 4] = mtimeNs;
    numbers[at + 5] = ctime;
    numbers[at + 6] = ctimeNs;
  }

  /** @param number of a file of the table */
  at(number: number): FileIdentity {
    const at = number * NUMBERS;
    const value = (column: number): number => this.#numbers[at + column] ?? 0;
    return {
      dev: value(0),
      ino: value(1),
      bytes: value(2),
      mtime: value(3),
      mtimeNs: value(4),
      ctime: value(5),
      ctimeNs: value(6),
    };
  }

  ino(number: number): number {
    return this.#numbers[number * NUMBERS + 1] ?? 0;
  }
}
