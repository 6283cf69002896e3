/** Digests of 32 bytes, for some of the rows of a table. Equal digests are kept once, under one number. */
import { integers } from './columns.ts';
import { finishHash, HASH_SEED, HashSlots } from './hash-slots.ts';

const DIGEST = 32;
/** Digests in a piece of memory. */
const PIECE_BITS = 12;
const IN_PIECE = (1 << PIECE_BITS) - 1;
const NONE = -1;

export class DigestColumn {
  readonly #pieces: Buffer[] = [];
  #count = 0;
  /** By row: the number of its digest, or NONE. */
  readonly #numbers = integers();
  readonly #slots = new HashSlots();
  readonly #sought = Buffer.alloc(DIGEST);

  /** Digests that are different. */
  get count(): number {
    return this.#count;
  }

  /** The number of the row's digest; -1 if the row has none. */
  number(row: number): number {
    return row < this.#numbers.length ? this.#numbers.at(row) : NONE;
  }

  /** @param digest 64 hexadecimal digits, with or without the name of an algorithm before them */
  set(row: number, digest: string): void {
    while (this.#numbers.length <= row) this.#numbers.push(NONE);
    const known = this.numberOf(digest);
    this.#numbers.set(row, known === NONE ? this.#keep() : known);
  }

  /** @returns -1 if no row has this digest */
  numberOf(digest: string): number {
    this.#sought.write(digest.slice(digest.indexOf(':') + 1), 0, DIGEST, 'hex');
    const slots = this.#slots;
    slots.seek(this.#hash());
    for (let number = slots.next(); number !== NONE; number = slots.next()) {
      if (this.#isSought(number)) return number;
    }
    return NONE;
  }

  text(row: number): string | undefined {
    const number = this.number(row);
    if (number === NONE) return undefined;
    const at = (number & IN_PIECE) * DIGEST;
    return this.#pieces[number >>> PIECE_BITS]?.toString('hex', at, at + DIGEST);
  }

  /** Keeps the digest that was sought last. */
  #keep(): number {
    const number = this.#count++;
    if ((number & IN_PIECE) === 0) this.#pieces.push(Buffer.alloc(DIGEST << PIECE_BITS));
    this.#pieces.at(-1)?.set(this.#sought, (number & IN_PIECE) * DIGEST);
    this.#slots.add(this.#hash());
    return number;
  }

  #isSought(number: number): boolean {
    const at = (number & IN_PIECE) * DIGEST;
    const piece = this.#pieces[number >>> PIECE_BITS];
    return piece?.compare(this.#sought, 0, DIGEST, at, at + DIGEST) === 0;
  }

  #hash(): number {
    return finishHash(this.#sought.readInt32LE() ^ HASH_SEED);
  }
}
