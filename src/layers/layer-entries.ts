/** The entries of a layer in order, wherever they are kept. */
import { type BytePath, comparePaths } from '../files/index.ts';
import type { LayerEntry } from './layer-index.ts';

/** Sorted by `comparePaths`, unique paths. */
export interface LayerEntries extends Iterable<LayerEntry> {
  readonly length: number;
  /** Undefined outside. May be a new object in each call. */
  at(position: number): LayerEntry | undefined;
  /** The path of an entry, for a position inside. */
  path(position: number): BytePath;
  /** As `comparePaths(path(position), path)`, without making the former. */
  compare(position: number, path: BytePath): number;
}

/** Entries in memory. */
export class EntryList implements LayerEntries {
  readonly #entries: readonly LayerEntry[];

  constructor(entries: readonly LayerEntry[]) {
    this.#entries = entries;
  }

  get length(): number {
    return this.#entries.length;
  }

  at(position: number): LayerEntry | undefined {
    return this.#entries[position];
  }

  path(position: number): BytePath {
    return this.#entries[position]?.path ?? '';
  }

  compare(position: number, path: BytePath): number {
    return comparePaths(this.path(position), path);
  }

  [Symbol.iterator](): Iterator<LayerEntry> {
    return this.#entries[Symbol.iterator]();
  }
}
