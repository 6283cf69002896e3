/** Names in one piece of memory: as strings, a million of them take several times as much. */
import { naturals } from './columns.ts';
import { finishHash, HASH_SEED } from './hash-slots.ts';

const FIRST_BYTES = 1 << 14;

export class NameTable {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  readonly #ends = naturals();

  /** @param name bytes in latin1 */
  push(name: string): void {
    const start = this.#start(this.#ends.length);
    const end = start + name.length;
    while (this.#bytes.length < end) this.#grow();
    for (let at = 0; at < name.length; at++) this.#bytes[start + at] = name.charCodeAt(at);
    this.#ends.push(end);
  }

  text(row: number): string {
    return this.#bytes.toString('latin1', this.#start(row), this.#ends.at(row));
  }

  is(row: number, name: string): boolean {
    const start = this.#start(row);
    if (this.#ends.at(row) - start !== name.length) return false;
    for (let at = 0; at < name.length; at++) {
      if (this.#bytes[start + at] !== name.charCodeAt(at)) return false;
    }
    return true;
  }

  #start(row: number): number {
    return row === 0 ? 0 : this.#ends.at(row - 1);
  }

  #grow(): void {
    const larger = Buffer.allocUnsafeSlow(this.#bytes.length * 2);
    this.#bytes.copy(larger);
    this.#bytes = larger;
  }
}

/** MurmurHash3 of 32 bits with each byte as a block, of a name and a number. */
export function hashOfName(name: string, salt: number): number {
  let hash = mixed(HASH_SEED, salt);
  for (let at = 0; at < name.length; at++) hash = mixed(hash, name.charCodeAt(at));
  return finishHash(hash ^ name.length);
}

function mixed(hash: number, block: number): number {
  let part = Math.imul(block, 0xcc9e2d51);
  part = Math.imul((part << 15) | (part >>> 17), 0x1b873593);
  const next = hash ^ part;
  return (Math.imul((next << 13) | (next >>> 19), 5) + 0xe6546b64) | 0;
}
