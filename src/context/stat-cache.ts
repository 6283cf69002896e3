/**
 * Caches facts about host files, so that they are not read again: the content digest, and that a file has no xattrs. A
 * file is identified by device, inode, size, mtime and ctime in nanoseconds. Files changed within two seconds before
 * the check are not cached: a second change in the same clock tick would go unnoticed.
 */
import type { ContentDigest } from '../files/index.ts';
import { HAS_DIGEST, IS_KNOWN, IS_LASTING, IS_PLAIN } from './fact-flags.ts';
import type { FileIdentity, IdentityTable } from './identity-table.ts';
import { type FactStore, KeptFacts } from './kept-facts.ts';
import { SessionFacts } from './session-facts.ts';

const SETTLED_MS = 2000;

export interface StatCacheOptions {
  readonly facts: FactStore | undefined;
  /** Names the context directory. */
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How many records are kept; for tests. */
  readonly most?: number | undefined;
}

/** The cache of one context directory, for the files of a table. Loads on the first lookup. */
export class StatCache {
  readonly #files: IdentityTable;
  readonly #now: () => number;
  readonly #session = new SessionFacts();
  readonly #kept: KeptFacts;
  #changed = false;

  constructor(files: IdentityTable, { facts, key, now, most }: StatCacheOptions) {
    this.#files = files;
    this.#kept = new KeptFacts(facts, key, most);
    this.#now = now;
  }

  digest(file: number): ContentDigest | undefined {
    if (this.#session.flags(file) & HAS_DIGEST) return this.#session.digest(file);
    const found = this.#kept.find(this.#files.at(file));
    return found?.[0].digest(found[1]);
  }

  /** Whether the cache knows that the file has no xattrs. */
  isPlain(file: number): boolean {
    if (this.#session.flags(file) & IS_PLAIN) return true;
    const found = this.#kept.find(this.#files.at(file));
    return found?.[0].isPlain(found[1]) ?? false;
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
    if (!this.#changed) return;
    this.#kept.save({ files: this.#files, session: this.#session });
    this.#changed = false;
  }

  /** Begins facts of this build about a file with those that are kept. */
  #open(file: number): void {
    const session = this.#session;
    if ((session.flags(file) & IS_KNOWN) === 0) {
      session.add(file, IS_KNOWN);
      const identity = this.#files.at(file);
      const found = this.#kept.find(identity);
      const digest = found?.[0].digest(found[1]);
      if (digest !== undefined) session.setDigest(file, digest);
      if (found?.[0].isPlain(found[1])) session.add(file, IS_PLAIN);
      if (isSettled(changedAt(identity), this.#now())) session.add(file, IS_LASTING);
    }
    this.#changed ||= (session.flags(file) & IS_LASTING) !== 0;
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
