/**
 * Caches facts about host files, so that they are not read again: the content digest, and that a file has no xattrs. A
 * file is identified by device, inode, size, mtime and ctime in nanoseconds. Files changed within two seconds before
 * the check are not cached: a second change in the same clock tick would go unnoticed.
 *
 * One context is one value: columns of numbers, sorted by inode and searched without parsing.
 */
import type { ContentDigest } from '../files/index.ts';
import type { FileIdentity, IdentityTable } from './identity-table.ts';

/** The persistent storage of the cache, such as the store's facts. Values are JSON. */
export interface FactStore {
  get<T>(kind: string, key: string): T | undefined;
  put(kind: string, key: string, value: unknown): unknown;
}

const KIND = 'stat-cache';
const SETTLED_MS = 2000;
const MAX_RECORDS = 400_000;
const DIGEST_PREFIX = 'sha512-256:';
const DIGEST_BYTES = 32;
/** Facts of this build that there is room for at first. */
const FIRST = 16;
const HAS_DIGEST = 1;
const IS_PLAIN = 2;
/** Whether to keep it for other builds; only in facts of this build. */
const IS_LASTING = 4;
const IS_KNOWN = 8;

export interface StatCacheOptions {
  readonly facts: FactStore | undefined;
  /** Names the context directory. */
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The cache of one context directory, for the files of a table. Loads on the first lookup. */
export class StatCache {
  readonly #files: IdentityTable;
  readonly #options: StatCacheOptions;
  readonly #session = new SessionFacts();
  #kept: Columns | undefined;
  #changed = false;

  constructor(files: IdentityTable, options: StatCacheOptions) {
    this.#files = files;
    this.#options = options;
  }

  digest(file: number): ContentDigest | undefined {
    if (this.#session.flags(file) & HAS_DIGEST) return this.#session.digest(file);
    const kept = this.#load();
    const index = kept.find(this.#files.at(file));
    return index < 0 ? undefined : kept.digest(index);
  }

  /** Whether the cache knows that the file has no xattrs. */
  isPlain(file: number): boolean {
    if (this.#session.flags(file) & IS_PLAIN) return true;
    const kept = this.#load();
    const index = kept.find(this.#files.at(file));
    return index >= 0 && kept.isPlain(index);
  }

  rememberDigest(file: number, digest: ContentDigest): void {
    if (this.digest(file) === digest) return;
    this.#open(file);
    this.#session.setDigest(file, digest);
  }

  rememberPlain(file: number): void {
    this.#open(file);
    this.#session.add(file, IS_PLAIN);
  }

  /** Saves new facts to the fact store; does nothing if there are none. */
  save(): void {
    const { facts, key } = this.#options;
    if (!this.#changed || facts === undefined) return;
    const merged = Columns.merge(this.#load(), this.#files, this.#session);
    facts.put(KIND, key, merged.text());
    this.#kept = merged;
    this.#changed = false;
  }

  #load(): Columns {
    const { facts, key } = this.#options;
    this.#kept ??= Columns.parse(facts?.get<unknown>(KIND, key));
    return this.#kept;
  }

  /** Begins facts of this build about a file with those that are kept. */
  #open(file: number): void {
    const session = this.#session;
    if ((session.flags(file) & IS_KNOWN) === 0) {
      session.add(file, IS_KNOWN);
      const identity = this.#files.at(file);
      const kept = this.#load();
      const index = kept.find(identity);
      const digest = index < 0 ? undefined : kept.digest(index);
      if (digest !== undefined) session.setDigest(file, digest);
      if (index >= 0 && kept.isPlain(index)) session.add(file, IS_PLAIN);
      if (isSettled(changedAt(identity), this.#options.now())) session.add(file, IS_LASTING);
    }
    this.#changed ||= (session.flags(file) & IS_LASTING) !== 0;
  }
}

/** Facts of this build, by the numbers of files. */
class SessionFacts {
  #flags = new Uint8Array(FIRST);
  #digests = Buffer.alloc(FIRST * DIGEST_BYTES);

  flags(file: number): number {
    return this.#flags[file] ?? 0;
  }

  add(file: number, flag: number): void {
    if (file >= this.#flags.length) this.#grow(file + 1);
    this.#flags[file] = this.flags(file) | flag;
  }

  digest(file: number): ContentDigest {
    const at = file * DIGEST_BYTES;
    return `${DIGEST_PREFIX}${this.#digests.toString('hex', at, at + DIGEST_BYTES)}` as ContentDigest;
  }

  setDigest(file: number, digest: ContentDigest): void {
    this.add(file, HAS_DIGEST);
    this.#digests.write(digest.slice(DIGEST_PREFIX.length), file * DIGEST_BYTES, 'hex');
  }

  /** Copies a digest, or zeros. */
  copyDigest(file: number, to: Buffer, at: number): void {
    this.#digests.copy(to, at, file * DIGEST_BYTES, (file + 1) * DIGEST_BYTES);
  }

  /** Files whose facts last. */
  lasting(): Uint32Array {
    const files: number[] = [];
    for (const [file, flags] of this.#flags.entries()) if (flags & IS_LASTING) files.push(file);
    return Uint32Array.from(files);
  }

  #grow(least: number): void {
    const length = Math.max(least, 2 * this.#flags.length);
    const flags = new Uint8Array(length);
    flags.set(this.#flags);
    const digests = Buffer.alloc(length * DIGEST_BYTES);
    this.#digests.copy(digests);
    this.#flags = flags;
    this.#digests = digests;
  }
}

/** The later of its times, in milliseconds since the epoch; rounded up, so that a change never looks older than it is. */
export function changedAt({ mtime, mtimeNs, ctime, ctimeNs }: FileIdentity): number {
  return Math.max(milliseconds(mtime, mtimeNs), milliseconds(ctime, ctimeNs));
}

/** Whether a change after `now` would be seen by its time. Both in milliseconds since the epoch. */
export function isSettled(changed: number, now: number): boolean {
  return changed <= now - SETTLED_MS;
}

function milliseconds(seconds: number, nanoseconds: number): number {
  return seconds * 1000 + Math.ceil(nanoseconds / 1_000_000);
}

const MAGIC = 0x6c73_6332;
const HEADER_BYTES = 8;
const WIDE_COLUMNS = 5;
const NARROW_COLUMNS = 2;
const RECORD_BYTES = 8 * WIDE_COLUMNS + 4 * NARROW_COLUMNS + DIGEST_BYTES + 1;

/** The stored records as columns in one buffer: header, numbers, nanoseconds, digests, flags. */
class Columns {
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
  static parse(value: unknown): Columns {
    if (typeof value !== 'string') return empty();
    const bytes = Buffer.from(value, 'base64');
    if (bytes.length < HEADER_BYTES) return empty();
    const buffer = new ArrayBuffer(bytes.length);
    bytes.copy(new Uint8Array(buffer));
    const [magic, count] = new Uint32Array(buffer, 0, 2);
    if (magic !== MAGIC || count === undefined) return empty();
    if (bytes.length !== HEADER_BYTES + count * RECORD_BYTES) return empty();
    return new Columns(buffer, count);
  }

  text(): string {
    return Buffer.from(this.#buffer).toString('base64');
  }

  /** The facts of a build that last, and the kept ones about other inodes. */
  static merge(kept: Columns, files: IdentityTable, session: SessionFacts): Columns {
    const fresh = session.lasting().sort((a, b) => files.ino(a) - files.ino(b));
    const renewed = new Set<number>();
    for (const file of fresh) renewed.add(files.ino(file));
    const others: number[] = [];
    for (let index = 0; index < kept.count && fresh.length + others.length < MAX_RECORDS; index++) {
      if (!renewed.has(kept.#ino[index] ?? 0)) others.push(index);
    }
    const merged = allocate(fresh.length + others.length);
    let [next, other] = [0, 0];
    for (let index = 0; index < merged.count; index++) {
      const [file, from] = [fresh[next], others[other]];
      const isFresh =
        file !== undefined && (from === undefined || files.ino(file) < (kept.#ino[from] ?? 0));
      if (isFresh) {
        merged.#set(index, files.at(file), session.flags(file));
        session.copyDigest(file, merged.#digest, index * DIGEST_BYTES);
        next++;
      } else if (from !== undefined) {
        merged.#set(index, kept.#identity(from), kept.#flags[from] ?? 0);
        const at = from * DIGEST_BYTES;
        kept.#digest.copy(merged.#digest, index * DIGEST_BYTES, at, at + DIGEST_BYTES);
        other++;
      }
    }
    return merged;
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

function allocate(count: number): Columns {
  const buffer = new ArrayBuffer(HEADER_BYTES + count * RECORD_BYTES);
  new Uint32Array(buffer, 0, 2).set([MAGIC, count]);
  return new Columns(buffer, count);
}

function empty(): Columns {
  return allocate(0);
}
