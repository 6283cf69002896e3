/**
 * The facts about one context that are kept between builds, in parts by ranges of inodes: only the parts that hold the
 * files in question are read, and only those that have changed are written. No part is large.
 */
import { FactColumns, type Learned } from './fact-columns.ts';
import type { FileIdentity } from './identity-table.ts';

/** The persistent storage of the cache, such as the store's facts. Values are JSON. */
export interface FactStore {
  get<T>(kind: string, key: string): T | undefined;
  put(kind: string, key: string, value: unknown): unknown;
}

const KIND = 'stat-cache';
const PART_KIND = 'stat-cache-part';
const VERSION = 3;
/** Records of a new part, and of one that is split. */
const PART = 2048;
const LARGEST_PART = 2 * PART;
const MOST_RECORDS = 400_000;
const NONE = FactColumns.parse(undefined);

/** A part: its name, its first inode, and how many records it has. */
interface Part {
  readonly id: number;
  readonly from: number;
  readonly count: number;
}

interface Head {
  readonly version: number;
  /** Each part as its three numbers, sorted by first inode. */
  readonly parts: readonly (readonly [id: number, from: number, count: number])[];
}

export class KeptFacts {
  readonly #facts: FactStore | undefined;
  readonly #key: string;
  readonly #most: number;
  readonly #columns = new Map<number, FactColumns>();
  #parts: readonly Part[] | undefined;

  /**
   * @param key names the context directory
   * @param most records that are kept beside those of the latest build
   */
  constructor(facts: FactStore | undefined, key: string, most = MOST_RECORDS) {
    this.#facts = facts;
    this.#key = key;
    this.#most = most;
  }

  /** The facts that have this file, and where among them it is; undefined if there are none. */
  find(identity: FileIdentity): readonly [FactColumns, number] | undefined {
    const part = this.#partOf(identity.ino);
    if (part === undefined) return undefined;
    const columns = this.#load(part);
    const index = columns.find(identity);
    return index < 0 ? undefined : [columns, index];
  }

  /** Keeps what a build learned, and forgets older facts about the same inodes. */
  save(learned: Learned): void {
    const { files, session } = learned;
    const fresh = session.lasting().sort((a, b) => files.ino(a) - files.ino(b));
    if (fresh.length === 0) return;
    const before = this.#all();
    const newId = idsBeside(before);
    const after: Part[] = [];
    const untouched: Part[] = [];
    let start = 0;
    for (const [at, part] of before.entries()) {
      const limit = before[at + 1]?.from ?? Number.POSITIVE_INFINITY;
      let end = start;
      while (end < fresh.length && files.ino(fresh[end] ?? 0) < limit) end++;
      if (start === end) untouched.push(part);
      else after.push(...this.#renew(part, fresh.subarray(start, end), { learned, newId }));
      start = end;
    }
    let room = this.#most - after.reduce((sum, { count }) => sum + count, 0);
    for (const part of untouched) {
      room -= part.count;
      if (room >= 0) after.push(part);
      else this.#facts?.put(PART_KIND, this.#name(part.id), undefined);
    }
    this.#write(after.sort((a, b) => a.from - b.from));
  }

  /** Merges fresh facts into a part, and splits it if it gets too large. */
  #renew(part: Part, fresh: Uint32Array, { learned, newId }: Renewal): Part[] {
    const kept = this.#load(part);
    this.#columns.delete(part.id);
    const pieces =
      kept.count === 0 ? newPieces(fresh, learned) : mergedPieces(kept, fresh, learned);
    return pieces.map(({ ino, count, value }, at) => {
      const isFirst = at === 0;
      const id = isFirst ? part.id : newId();
      this.#facts?.put(PART_KIND, this.#name(id), value);
      return { id, from: isFirst ? Math.min(part.from, ino) : ino, count };
    });
  }

  #partOf(ino: number): Part | undefined {
    const parts = this.#all();
    let low = 0;
    let high = parts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((parts[middle]?.from ?? 0) <= ino) low = middle + 1;
      else high = middle;
    }
    return parts[low - 1];
  }

  #load({ id, count }: Part): FactColumns {
    const known = this.#columns.get(id);
    if (known !== undefined) return known;
    const value = count === 0 ? undefined : this.#facts?.get<unknown>(PART_KIND, this.#name(id));
    const columns = value instanceof FactsToWrite ? value.columns() : FactColumns.parse(value);
    this.#columns.set(id, columns);
    return columns;
  }

  /** At least one, sorted by first inode. */
  #all(): readonly Part[] {
    this.#parts ??= parse(this.#facts?.get<unknown>(KIND, this.#key));
    return this.#parts;
  }

  #write(parts: readonly Part[]): void {
    this.#parts = parts;
    const rows = parts.map(({ id, from, count }) => [id, from, count] as const);
    this.#facts?.put(KIND, this.#key, { version: VERSION, parts: rows } satisfies Head);
  }

  #name(id: number): string {
    return `${id}:${this.#key}`;
  }
}

interface Renewal {
  readonly learned: Learned;
  readonly newId: () => number;
}

/** What becomes a part, and its first inode. */
interface Piece {
  readonly ino: number;
  readonly count: number;
  readonly value: FactsToWrite;
}

/** Facts that become text only when they are written: the texts of a large context take more memory than all else. */
class FactsToWrite {
  readonly columns: () => FactColumns;

  constructor(columns: () => FactColumns) {
    this.columns = columns;
  }

  toJSON(): string {
    return this.columns().text();
  }
}

function newPieces(fresh: Uint32Array, learned: Learned): Piece[] {
  return piecesOf(fresh.length).map(([start, end]) => {
    const files = fresh.subarray(start, end);
    const value = new FactsToWrite(() => FactColumns.merge(NONE, files, learned));
    return { ino: learned.files.ino(files[0] ?? 0), count: end - start, value };
  });
}

function mergedPieces(kept: FactColumns, fresh: Uint32Array, learned: Learned): Piece[] {
  const merged = FactColumns.merge(kept, fresh, learned);
  return piecesOf(merged.count).map(([start, end]) => {
    const columns = merged.slice(start, end);
    return { ino: columns.ino(0), count: columns.count, value: new FactsToWrite(() => columns) };
  });
}

/** Ranges of about the same size. */
function piecesOf(count: number): (readonly [start: number, end: number])[] {
  const pieces = count <= LARGEST_PART ? 1 : Math.ceil(count / PART);
  const size = Math.ceil(count / pieces);
  return Array.from({ length: Math.ceil(count / size) }, (_, at) => {
    return [at * size, Math.min((at + 1) * size, count)] as const;
  });
}

/** Anything unexpected counts as no facts, since all of them can be computed again. */
function parse(value: unknown): readonly Part[] {
  const none = [{ id: 0, from: 0, count: 0 }];
  if (typeof value !== 'object' || value === null) return none;
  const { version, parts } = value as Partial<Head>;
  if (version !== VERSION || !Array.isArray(parts) || parts.length === 0) return none;
  return parts.map(([id, from, count]) => ({ id, from, count }));
}

/** Names for new parts: the smallest that are free, so that none is left behind. */
function idsBeside(parts: readonly Part[]): () => number {
  const used = new Set(parts.map(({ id }) => id));
  let next = 0;
  return () => {
    while (used.has(next)) next++;
    used.add(next);
    return next;
  };
}
