/** Finds rows of a table by a hash of what is in them, with open addressing. */
import { integers } from './columns.ts';

const FIRST_SLOTS = 1024;
const FREE = -1;

/** Differs from process to process, so that no image can have names chosen to collide. */
export const HASH_SEED = Math.floor(Math.random() * 2 ** 32);

/** The last step of MurmurHash3: every bit of the number changes every bit of the result. */
export function finishHash(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/**
 *     slots.seek(hash);
 *     for (let row = slots.next(); row !== -1; row = slots.next()) if (isIt(row)) return row;
 */
export class HashSlots {
  #slots = new Int32Array(FIRST_SLOTS).fill(FREE);
  /** By row. */
  readonly #hashes = integers();
  #sought = 0;
  #at = 0;

  /** @param hash 32 bits, signed */
  seek(hash: number): void {
    this.#sought = hash;
    this.#at = hash;
  }

  /** The next row that has the sought hash; -1 after the last of them. */
  next(): number {
    const mask = this.#slots.length - 1;
    for (;;) {
      const row = this.#slots[this.#at++ & mask] ?? FREE;
      if (row === FREE || this.#hashes.at(row) === this.#sought) return row;
    }
  }

  /** Adds the row that follows the ones that were added; the first is 0. */
  add(hash: number): void {
    const row = this.#hashes.length;
    this.#hashes.push(hash);
    if (row * 2 >= this.#slots.length) this.#grow();
    else this.#put(row);
  }

  #put(row: number): void {
    const mask = this.#slots.length - 1;
    let slot = this.#hashes.at(row) & mask;
    while (this.#slots[slot] !== FREE) slot = (slot + 1) & mask;
    this.#slots[slot] = row;
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(FREE);
    for (let row = 0; row < this.#hashes.length; row++) this.#put(row);
  }
}
