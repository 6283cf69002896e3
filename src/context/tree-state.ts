/** One digest for the metadata of many host files: if it is the same again, no file has changed. */
import { createHash } from 'node:crypto';
import type { BytePath } from '../files/index.ts';
import type { FileIdentity } from './identity-table.ts';
import { changedAt } from './stat-cache.ts';

const NUMBERS = 7;
/** In batches, since a call of the hash for each file would take longer than all else. */
const BATCH = 1024;

export class TreeState {
  readonly #hash = createHash('sha512-256');
  readonly #numbers = new Float64Array(BATCH * NUMBERS);
  #paths = '';
  #count = 0;
  #changedAt = Number.NEGATIVE_INFINITY;

  /** The order matters: always that of the tree. */
  add(path: BytePath, identity: FileIdentity, hasContent: boolean): void {
    const { dev, ino, bytes, mtime, mtimeNs, ctime, ctimeNs } = identity;
    const numbers = this.#numbers;
    const at = this.#count * NUMBERS;
    numbers[at] = dev;
    numbers[at + 1] = ino;
    numbers[at + 2] = bytes;
    numbers[at + 3] = mtime;
    numbers[at + 4] = mtimeNs;
    numbers[at + 5] = ctime;
    numbers[at + 6] = ctimeNs;
    this.#paths += `${path}\0`;
    if (hasContent) this.#changedAt = Math.max(this.#changedAt, changedAt(identity));
    if (++this.#count === BATCH) this.#flush();
  }

  /** When the last file with content changed, in milliseconds since the epoch; rounded up. */
  get changedAt(): number {
    return this.#changedAt;
  }

  /** 64 hexadecimal digits; call it once, at the end. */
  digest(): string {
    this.#flush();
    return this.#hash.digest('hex');
  }

  #flush(): void {
    this.#hash.update(`${this.#paths.length} ${this.#paths}`, 'latin1');
    this.#hash.update(this.#numbers.subarray(0, this.#count * NUMBERS));
    this.#paths = '';
    this.#count = 0;
  }
}
