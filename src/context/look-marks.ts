/** Marks: digests of the metadata of files in a row, one for some hundred files. */
import { createHash } from 'node:crypto';
import { type BytePath, parentPath } from '../files/index.ts';
import type { ContextNodes } from './context-nodes.ts';
import type { FileIdentity } from './identity-table.ts';
import { changedAt, isSettled } from './stat-cache.ts';

/** The numbers by which a changed file is noticed. */
export interface Looks {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

const NUMBERS = 5;
/** Files of a mark: enough that marks are few, few enough that a change shows early. */
const BATCH = 256;
const MARK_LENGTH = 22;

/** Marks of files in a row. */
export class LookMarks {
  readonly made: string[] = [];
  readonly #expected: readonly string[] | undefined;
  readonly #numbers = new BigInt64Array(BATCH * NUMBERS);
  #paths = '';
  #count = 0;

  /** @param expected of an earlier look */
  constructor(expected?: readonly string[]) {
    this.#expected = expected;
  }

  /** @returns false once a mark is not the expected one */
  add(path: BytePath, { dev, ino, size, mtimeNs, ctimeNs }: Looks): boolean {
    const numbers = this.#numbers;
    const at = this.#count * NUMBERS;
    numbers[at] = dev;
    numbers[at + 1] = ino;
    numbers[at + 2] = size;
    numbers[at + 3] = mtimeNs;
    numbers[at + 4] = ctimeNs;
    this.#paths += `${path}\0`;
    return ++this.#count < BATCH || this.#mark();
  }

  /** Call it once, at the end. @returns whether all marks are the expected ones */
  end(): boolean {
    return this.#mark() && this.#expected?.length === this.made.length;
  }

  #mark(): boolean {
    const hash = createHash('sha512-256').update(this.#paths, 'latin1');
    hash.update(this.#numbers.subarray(0, this.#count * NUMBERS));
    const mark = hash.digest('base64url').slice(0, MARK_LENGTH);
    this.#paths = '';
    this.#count = 0;
    this.made.push(mark);
    return this.#expected === undefined || this.#expected[this.made.length - 1] === mark;
  }
}

const NOTHING = { size: 0n, mtimeNs: 0n, ctimeNs: 0n };

/** Of a directory on the way to a path only what it is matters: files come and go in it. */
export function onTheWay({ dev, ino }: Pick<Looks, 'dev' | 'ino'>): Looks {
  return { dev, ino, ...NOTHING };
}

/** The directories that lead to the paths, each once, and the paths without those below others. */
export function partsOf(paths: readonly BytePath[]): {
  readonly ways: readonly BytePath[];
  readonly tops: readonly BytePath[];
} {
  const all = new Set(paths);
  const ways = new Set<BytePath>();
  const tops = new Set<BytePath>();
  for (const path of paths) {
    let isBelow = false;
    const above: BytePath[] = [];
    for (let at = path; at !== ''; ) {
      at = parentPath(at);
      above.push(at);
      isBelow ||= all.has(at);
    }
    if (isBelow) continue;
    tops.add(path);
    for (const way of above.reverse()) ways.add(way);
  }
  return { ways: [...ways], tops: [...tops] };
}

const NANOSECONDS = 1_000_000_000n;

export interface MarkRequest {
  readonly paths: readonly BytePath[];
  readonly nodes: ContextNodes;
  /** The number of the file at a path. */
  readonly find: (path: BytePath) => number | undefined;
  readonly list: (directory: number) => Uint32Array;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The marks of files that were read; undefined if one is missing, or changed so lately that a change may not show. */
export function marksOf(request: MarkRequest): readonly string[] | undefined {
  const { nodes, find, list, now } = request;
  const { ways, tops } = partsOf(request.paths);
  const marks = new LookMarks();
  for (const way of ways) {
    const number = find(way);
    if (number === undefined) return undefined;
    marks.add(way, onTheWay(looksOf(nodes.identities.at(number))));
  }
  const open: number[] = [];
  for (const top of tops.toReversed()) {
    const number = find(top);
    if (number === undefined || nodes.type(number) === 'symlink') return undefined;
    open.push(number);
  }
  for (let number = open.pop(); number !== undefined; number = open.pop()) {
    const type = nodes.type(number);
    const identity = nodes.identities.at(number);
    if (type === 'file' && !isSettled(changedAt(identity), now)) return undefined;
    marks.add(nodes.path(number), looksOf(identity));
    if (type === 'directory') for (const child of list(number).toReversed()) open.push(child);
  }
  marks.end();
  return marks.made;
}

function looksOf({ dev, ino, bytes, mtime, mtimeNs, ctime, ctimeNs }: FileIdentity): Looks {
  return {
    dev: BigInt(dev),
    ino: BigInt(ino),
    size: BigInt(bytes),
    mtimeNs: BigInt(mtime) * NANOSECONDS + BigInt(mtimeNs),
    ctimeNs: BigInt(ctime) * NANOSECONDS + BigInt(ctimeNs),
  };
}
