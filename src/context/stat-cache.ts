/**
 * Caches facts about host files, so that they are not read again: the content digest, and that a file has no xattrs. A
 * file is identified by device, inode, size, mtime and ctime in nanoseconds. Files changed within two seconds before
 * the check are not cached: a second change in the same clock tick would go unnoticed.
 *
 * One context is one value: columns of numbers, sorted by inode and searched without parsing.
 */
import type { ContentDigest } from '../files/index.ts';

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

/** The persistent storage of the cache, such as the store's facts. Values are JSON. */
export interface FactStore {
  get<T>(kind: string, key: string): T | undefined;
  put(kind: string, key: string, value: unknown): unknown;
}

interface Fact {
  readonly identity: FileIdentity;
  digest: ContentDigest | undefined;
  plain: boolean;
  /** Whether to keep it for other builds. */
  lasting: boolean;
}

const KIND = 'stat-cache';
const SETTLED_MS = 2000;
const MAX_RECORDS = 400_000;
const DIGEST_PREFIX = 'sha512-256:';
const DIGEST_BYTES = 32;
const HAS_DIGEST = 1;
const IS_PLAIN = 2;

/** The cache of one context directory. Loads on the first lookup. */
export class StatCache {
  readonly #facts: FactStore | undefined;
  readonly #key: string;
  readonly #now: () => number;
  readonly #session = new Map<number, Fact>();
  #kept: Columns | undefined;
  #changed = false;

  /**
   * @param key names the context directory
   * @param now milliseconds since the epoch
   */
  constructor(facts: FactStore | undefined, key: string, now: () => number) {
    this.#facts = facts;
    this.#key = key;
    this.#now = now;
  }

  digest(identity: FileIdentity): ContentDigest | undefined {
    const fact = this.#inSession(identity);
    if (fact?.digest !== undefined) return fact.digest;
    const kept = this.#load();
    const index = kept.find(identity);
    return index < 0 ? undefined : kept.digest(index);
  }

  /** Whether the cache knows that the file has no xattrs. */
  isPlain(identity: FileIdentity): boolean {
    if (this.#inSession(identity)?.plain === true) return true;
    const kept = this.#load();
    const index = kept.find(identity);
    return index >= 0 && kept.isPlain(index);
  }

  rememberDigest(identity: FileIdentity, digest: ContentDigest): void {
    if (this.digest(identity) === digest) return;
    const fact = this.#factOf(identity);
    fact.digest = digest;
    this.#changed ||= fact.lasting;
  }

  rememberPlain(identity: FileIdentity): void {
    const fact = this.#factOf(identity);
    fact.plain = true;
    this.#changed ||= fact.lasting;
  }

  /** Saves new facts to the fact store; does nothing if there are none. */
  save(): void {
    if (!this.#changed || this.#facts === undefined) return;
    const kept = this.#load();
    const fresh = [...this.#session.values()].filter((fact) => fact.lasting);
    const merged = Columns.build(kept, fresh);
    this.#facts.put(KIND, this.#key, merged.text());
    this.#kept = merged;
    this.#changed = false;
  }

  #load(): Columns {
    this.#kept ??= Columns.parse(this.#facts?.get<unknown>(KIND, this.#key));
    return this.#kept;
  }

  #inSession(identity: FileIdentity): Fact | undefined {
    const fact = this.#session.get(identity.ino);
    return fact !== undefined && sameIdentity(fact.identity, identity) ? fact : undefined;
  }

  #factOf(identity: FileIdentity): Fact {
    const known = this.#inSession(identity);
    if (known !== undefined) return known;
    const kept = this.#load();
    const index = kept.find(identity);
    const fact: Fact = {
      identity,
      digest: index < 0 ? undefined : kept.digest(index),
      plain: index >= 0 && kept.isPlain(index),
      lasting: this.#isSettled(identity),
    };
    this.#session.set(identity.ino, fact);
    return fact;
  }

  #isSettled(identity: FileIdentity): boolean {
    return isSettled(changedAt(identity), this.#now());
  }
}

function sameIdentity(a: FileIdentity, b: FileIdentity): boolean {
  return (
    a.ino === b.ino &&
    a.dev === b.dev &&
    a.bytes === b.bytes &&
    a.mtime === b.mtime &&
    a.mtimeNs === b.mtimeNs &&
    a.ctime === b.ctime &&
    a.ctimeNs === b.ctimeNs
  );
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

  /** Fresh facts, and the stored ones with other inodes. */
  static build(kept: Columns, fresh: readonly Fact[]): Columns {
    const renewed = new Set(fresh.map((fact) => fact.identity.ino));
    const facts = [...fresh];
    for (let index = 0; index < kept.count && facts.length < MAX_RECORDS; index++) {
      if (!renewed.has(kept.#ino[index] ?? 0)) facts.push(kept.#fact(index));
    }
    facts.sort((a, b) => a.identity.ino - b.identity.ino);
    const columns = allocate(facts.length);
    facts.forEach((fact, index) => {
      columns.#set(index, fact);
    });
    return columns;
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

  #fact(index: number): Fact {
    const identity = {
      ino: this.#ino[index] ?? 0,
      dev: this.#dev[index] ?? 0,
      bytes: this.#bytes[index] ?? 0,
      mtime: this.#mtime[index] ?? 0,
      mtimeNs: this.#mtimeNs[index] ?? 0,
      ctime: this.#ctime[index] ?? 0,
      ctimeNs: this.#ctimeNs[index] ?? 0,
    };
    return { identity, digest: this.digest(index), plain: this.isPlain(index), lasting: true };
  }

  #set(index: number, fact: Fact): void {
    const { identity, digest, plain } = fact;
    this.#ino[index] = identity.ino;
    this.#dev[index] = identity.dev;
    this.#bytes[index] = identity.bytes;
    this.#mtime[index] = identity.mtime;
    this.#mtimeNs[index] = identity.mtimeNs;
    this.#ctime[index] = identity.ctime;
    this.#ctimeNs[index] = identity.ctimeNs;
    this.#flags[index] = (digest === undefined ? 0 : HAS_DIGEST) | (plain ? IS_PLAIN : 0);
    if (digest !== undefined) {
      this.#digest.write(digest.slice(DIGEST_PREFIX.length), index * DIGEST_BYTES, 'hex');
    }
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
