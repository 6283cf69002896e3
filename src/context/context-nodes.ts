/** The files of a context that were looked at, by numbers: the root is 0, the others in the order of the first look. */
import {
  type BytePath,
  EntryTable,
  type FileEntry,
  type FileType,
  type PatternState,
} from '../files/index.ts';
import { type FileIdentity, IdentityTable } from './identity-table.ts';

export class ContextNodes {
  readonly #entries = new EntryTable();
  readonly identities = new IdentityTable(this.#entries);
  /** Of directories that were read: their visible files, sorted by name. */
  readonly #listings = new Map<number, Uint32Array>();
  /** Of directories, if anything is ignored. */
  readonly #states = new Map<number, PatternState>();
  readonly #hidden = new Set<number>();
  /** Files of directories that were not read; undefined for missing and hidden ones. */
  readonly #single = new Map<BytePath, number | undefined>();
  /** The first file with the same inode, by link group, and for each other one. */
  readonly #firstOfGroup = new Map<number, number>();
  readonly #firsts = new Map<number, number>();
  /** The latest finding: most questions are about the files in order. */
  #latest = 0;

  get length(): number {
    return this.#entries.length;
  }

  add(entry: FileEntry, identity: FileIdentity, state: PatternState): number {
    const number = this.#entries.length;
    this.#entries.add(entry);
    this.identities.add(identity);
    if (state !== undefined && entry.type === 'directory') this.#states.set(number, state);
    const { linkGroup } = entry;
    if (linkGroup === undefined) return number;
    const first = this.#firstOfGroup.get(linkGroup);
    if (first === undefined) this.#firstOfGroup.set(linkGroup, number);
    else this.#firsts.set(number, first);
    return number;
  }

  entry(number: number): FileEntry {
    return this.#entries.at(number);
  }

  path(number: number): BytePath {
    return this.#entries.path(number);
  }

  type(number: number): FileType {
    return this.#entries.type(number);
  }

  state(number: number): PatternState {
    return this.#states.get(number);
  }

  /** The file for which facts about its inode are kept. */
  inode(number: number): number {
    return this.#firsts.get(number) ?? number;
  }

  hide(number: number): void {
    this.#hidden.add(number);
  }

  listing(directory: number): Uint32Array | undefined {
    return this.#listings.get(directory);
  }

  list(directory: number, children: readonly number[]): Uint32Array {
    const listing = Uint32Array.from(children);
    this.#listings.set(directory, listing);
    return listing;
  }

  /** Remembers a file of a directory that was not read, or that there is none. */
  note(path: BytePath, number: number | undefined): void {
    this.#single.set(path, number);
  }

  /** The file, if it is the latest one that was found, or the one after it. */
  near(path: BytePath): number | undefined {
    const last = Math.min(this.#latest + 1, this.#entries.length - 1);
    for (let number = this.#latest; number <= last; number++) {
      if (this.#entries.compare(number, path) !== 0 || this.#hidden.has(number)) continue;
      this.#latest = number;
      return number;
    }
    return undefined;
  }

  /** `unknown`: nobody has looked for it. */
  find(path: BytePath, parent: number): number | undefined | 'unknown' {
    const listing = this.#listings.get(parent);
    if (listing === undefined) {
      return this.#single.has(path) ? this.#single.get(path) : 'unknown';
    }
    let low = 0;
    let high = listing.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const number = listing[middle] ?? 0;
      const order = this.#entries.compare(number, path);
      if (order < 0) low = middle + 1;
      else high = middle;
      if (order !== 0) continue;
      this.#latest = number;
      return number;
    }
    return undefined;
  }
}
