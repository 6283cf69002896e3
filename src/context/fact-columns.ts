/** Facts about host files that are kept between builds, without an object for each. */
import type { ContentDigest } from '../files/index.ts';
import { DIGEST_BYTES, DIGEST_PREFIX, HAS_DIGEST, IS_PLAIN } from './fact-flags.ts';
import type { FileIdentity, IdentityTable } from './identity-table.ts';
import type { SessionFacts } from './session-facts.ts';

/** What a build learned. */
export interface Learned {
  readonly files: IdentityTable;
  readonly session: SessionFacts;
}

const MAGIC = 0x6c73_6332;
const HEADER_BYTES = 8;
const WIDE_COLUMNS = 5;
const NARROW_COLUMNS = 2;
const RECORD_BYTES = 8 * WIDE_COLUMNS + 4 * NARROW_COLUMNS + DIGEST_BYTES + 1;

/** Facts about files as columns in one buffer, sorted by inode: header, numbers, nanoseconds, digests, flags. */
export class FactColumns {
  readonly count: number;
  readonly #buffer: ArrayBuffer;
  readonly #ino: Float64Array;
  readonly #dev: Float64Array;
  readonly #bytes: Float64Array;
  readonly #mtime: Float64Array;
  readonly #ctime: Float64Array;
  readonly #mtimeNs: Uint32Array;
  readonly #ctimeNs: Uint32Array;
  readonly #digest: Buffer;
  readonly #flags: Uint8Array;

  /** @param buffer not shared, so that the columns are aligned */
  constructor(buffer: ArrayBuffer, count: number) {
    const wide = (index: number): Float64Array =>
      new Float64Array(buffer, HEADER_BYTES + index * 8 * count, count);
    const narrowStart = HEADER_BYTES + WIDE_COLUMNS * 8 * count;
    const digestStart = narrowStart + NARROW_COLUMNS * 4 * count;
    this.#buffer = buffer;
    this.count = count;
    this.#ino = wide(0);
    this.#dev = wide(1);
    this.#bytes = wide(2);
    this.#mtime = wide(3);
    this.#ctime = wide(4);
    this.#mtimeNs = new Uint32Array(buffer, narrowStart, count);
    this.#ctimeNs = new Uint32Array(buffer, narrowStart + 4 * count, count);
    this.#digest = Buffer.from(buffer, digestStart, DIGEST_BYTES * count);
    this.#flags = new Uint8Array(buffer, digestStart + DIGEST_BYTES * count, count);
  }

  /** Parses the output of `text`; anything else counts as empty, since all facts can be recomputed. */
  static parse(value: unknown): FactColumns {
    if (typeof value !== 'string') return empty();
    const bytes = Buffer.from(value, 'base64');
    if (bytes.length < HEADER_BYTES) return empty();
    const buffer = new ArrayBuffer(bytes.length);
    bytes.copy(new Uint8Array(buffer));
    const [magic, count] = new Uint32Array(buffer, 0, 2);
    if (magic !== MAGIC || count === undefined) return empty();
    if (bytes.length !== HEADER_BYTES + count * RECORD_BYTES) return empty();
    return new FactColumns(buffer, count);
  }

  text(): string {
    return Buffer.from(this.#buffer).toString('base64');
  }

  /**
   * Facts of a build, and the kept ones about other inodes.
   * @param fresh numbers of files, sorted by inode
   */
  static merge(kept: FactColumns, fresh: Uint32Array, { files, session }: Learned): FactColumns {
    const renewed = new Set<number>();
    for (const file of fresh) renewed.add(files.ino(file));
    const others: number[] = [];
    for (let index = 0; index < kept.count; index++) {
      if (!renewed.has(kept.ino(index))) others.push(index);
    }
    const merged = allocate(fresh.length + others.length);
    let [next, other] = [0, 0];
    for (let index = 0; index < merged.count; index++) {
      const [file, from] = [fresh[next], others[other]];
      const isFresh =
        file !== undefined && (from === undefined || files.ino(file) < kept.ino(from));
      if (isFresh) {
        merged.#set(index, files.at(file), session.flags(file));
        session.copyDigest(file, merged.#digest, index * DIGEST_BYTES);
        next++;
      } else if (from !== undefined) {
        merged.#copy(index, kept, from);
        other++;
      }
    }
    return merged;
  }

  /** A part of the records. */
  slice(start: number, end: number): FactColumns {
    const part = allocate(end - start);
    for (let index = start; index < end; index++) part.#copy(index - start, this, index);
    return part;
  }

  ino(index: number): number {
    return this.#ino[index] ?? 0;
  }

  /** Index of the record with this identity, or -1. */
  find(identity: FileIdentity): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ino[middle] ?? 0) < identity.ino) low = middle + 1;
      else high = middle;
    }
    const same =
      low < this.count &&
      this.#ino[low] === identity.ino &&
      this.#dev[low] === identity.dev &&
      this.#bytes[low] === identity.bytes &&
      this.#mtime[low] === identity.mtime &&
      this.#mtimeNs[low] === identity.mtimeNs &&
      this.#ctime[low] === identity.ctime &&
      this.#ctimeNs[low] === identity.ctimeNs;
    return same ? low : -1;
  }

  digest(index: number): ContentDigest | undefined {
    if (((this.#flags[index] ?? 0) & HAS_DIGEST) === 0) return undefined;
    const start = index * DIGEST_BYTES;
    const hex = this.#digest.toString('hex', start, start + DIGEST_BYTES);
    return `${DIGEST_PREFIX}${hex}` as ContentDigest;
  }

  isPlain(index: number): boolean {
    return ((this.#flags[index] ?? 0) & IS_PLAIN) !== 0;
  }

  #identity(index: number): FileIdentity {
    return {
      ino: this.#ino[index] ?? 0,
      dev: this.#dev[index] ?? 0,
      bytes: this.#bytes[index] ?? 0,
      mtime: this.#mtime[index] ?? 0,
      mtimeNs: this.#mtimeNs[index] ?? 0,
      ctime: this.#ctime[index] ?? 0,
      ctimeNs: this.#ctimeNs[index] ?? 0,
    };
  }

  #copy(index: number, from: FactColumns, at: number): void {
    this.#set(index, from.#identity(at), from.#flags[at] ?? 0);
    const start = at * DIGEST_BYTES;
    from.#digest.copy(this.#digest, index * DIGEST_BYTES, start, start + DIGEST_BYTES);
  }

  #set(index: number, identity: FileIdentity, flags: number): void {
    this.#ino[index] = identity.ino;
    this.#dev[index] = identity.dev;
    this.#bytes[index] = identity.bytes;
    this.#mtime[index] = identity.mtime;
    this.#mtimeNs[index] = identity.mtimeNs;
    this.#ctime[index] = identity.ctime;
    this.#ctimeNs[index] = identity.ctimeNs;
    this.#flags[index] = flags & (HAS_DIGEST | IS_PLAIN);
  }
}

function allocate(count: number): FactColumns {
  const buffer = new ArrayBuffer(HEADER_BYTES + count * RECORD_BYTES);
  new Uint32Array(buffer, 0, 2).set([MAGIC, count]);
  return new FactColumns(buffer, count);
}

function empty(): FactColumns {
  return allocate(0);
}
