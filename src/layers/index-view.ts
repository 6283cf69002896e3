/** The index of one layer, prepared for fast lookups. */
import type { BytePath } from '../files/index.ts';
import type { StoredIndex } from './index-codec.ts';
import { EntryList, type LayerEntries } from './layer-entries.ts';
import type { LayerEntry, LayerIndex } from './layer-index.ts';

/** What a layer has at a path; `implied`: no entry for it, but entries below it. */
export type Finding = LayerEntry | 'implied' | undefined;

export class IndexView {
  readonly entries: LayerEntries;
  readonly tarSize: number | undefined;
  /** Position of the latest finding: most questions are about the entries in order. */
  #latest = 0;

  constructor({ entries, tarSize }: LayerIndex | StoredIndex) {
    this.entries = Array.isArray(entries) ? new EntryList(entries) : (entries as LayerEntries);
    this.tarSize = tarSize;
  }

  find(path: BytePath): Finding {
    const { entries } = this;
    const position = this.#firstNotBefore(path);
    if (position >= entries.length) return undefined;
    const order = entries.compare(position, path);
    if (order === 0) return entries.at(position);
    return isBelow(entries.path(position), path) ? 'implied' : undefined;
  }

  /** Position of the entry with this path; undefined if there is none. */
  position(path: BytePath): number | undefined {
    const position = this.#firstNotBefore(path);
    const isThere = position < this.entries.length && this.entries.compare(position, path) === 0;
    return isThere ? position : undefined;
  }

  /** Names directly in a directory, in order, with what the layer has for each. */
  *children(directory: BytePath): Generator<readonly [name: string, Exclude<Finding, undefined>]> {
    const { entries } = this;
    const start = directory === '' ? 0 : directory.length + 1;
    let at = this.#firstNotBefore(directory);
    if (at < entries.length && entries.compare(at, directory) === 0) at++;
    while (at < entries.length) {
      const path = entries.path(at);
      if (!isBelow(path, directory)) return;
      const slash = path.indexOf('/', start);
      const entry = slash < 0 ? entries.at(at) : undefined;
      const child = slash < 0 ? path : path.slice(0, slash);
      yield [child.slice(start), entry ?? 'implied'];
      at = this.#endOfSubtree(at, child);
    }
  }

  /** Position of the first entry that does not come before the path. */
  #firstNotBefore(path: BytePath): number {
    const { entries } = this;
    for (let at = this.#latest; at < Math.min(this.#latest + 2, entries.length); at++) {
      if (entries.compare(at, path) < 0) continue;
      if (at > 0 && entries.compare(at - 1, path) >= 0) break;
      this.#latest = at;
      return at;
    }
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (entries.compare(middle, path) < 0) low = middle + 1;
      else high = middle;
    }
    this.#latest = low;
    return low;
  }

  /** Position of the first entry after `at` that is not below the path. */
  #endOfSubtree(at: number, path: BytePath): number {
    const { entries } = this;
    const within = (position: number): boolean =>
      position < entries.length && isBelow(entries.path(position), path);
    if (!within(at + 1)) return at + 1;
    let step = 1;
    while (within(at + step)) step *= 2;
    let inside = at + step / 2;
    let outside = at + step;
    while (outside - inside > 1) {
      const middle = (inside + outside) >>> 1;
      if (within(middle)) inside = middle;
      else outside = middle;
    }
    return outside;
  }
}

function isBelow(path: BytePath, directory: BytePath): boolean {
  if (directory === '') return path !== '';
  const { length } = directory;
  return path.length > length && path.charCodeAt(length) === 0x2f && path.startsWith(directory);
}
