/** The index of one layer, prepared for fast lookups. */
import { type BytePath, comparePaths, parentPath } from '../files/index.ts';
import type { LayerEntry, LayerIndex } from './layer-index.ts';

/** Lookups answered by binary search before a table of the whole layer is made. */
const FEW = 64;

/** What a layer has at a path; `implied`: no entry for it, but entries below it. */
export type Finding = LayerEntry | 'implied' | undefined;

export class IndexView {
  readonly index: LayerIndex;
  #questions = 0;
  #table: Map<BytePath, LayerEntry | 'implied'> | undefined;

  constructor(index: LayerIndex) {
    this.index = index;
  }

  find(path: BytePath): Finding {
    if (this.#table !== undefined) return this.#table.get(path);
    if (this.#questions++ >= FEW) return this.#makeTable().get(path);
    const { entries } = this.index;
    const at = firstNotBefore(entries, path);
    const entry = entries[at];
    if (entry === undefined) return undefined;
    if (entry.path === path) return entry;
    return isBelow(entry.path, path) ? 'implied' : undefined;
  }

  /** Names directly in a directory, in order, with what the layer has for each. */
  *children(directory: BytePath): Generator<readonly [name: string, Exclude<Finding, undefined>]> {
    const { entries } = this.index;
    const start = directory === '' ? 0 : directory.length + 1;
    let at = firstNotBefore(entries, directory);
    if (entries[at]?.path === directory) at++;
    for (;;) {
      const entry = entries[at];
      if (entry === undefined || !isBelow(entry.path, directory)) return;
      const slash = entry.path.indexOf('/', start);
      if (slash < 0) {
        yield [entry.path.slice(start), entry];
        at = endOfSubtree(entries, at, entry.path);
      } else {
        const path = entry.path.slice(0, slash);
        yield [path.slice(start), 'implied'];
        at = endOfSubtree(entries, at, path);
      }
    }
  }

  #makeTable(): Map<BytePath, LayerEntry | 'implied'> {
    const table = new Map<BytePath, LayerEntry | 'implied'>();
    if (this.index.entries.length > 0) table.set('', 'implied');
    for (const entry of this.index.entries) table.set(entry.path, entry);
    let known: BytePath = '';
    for (const { path } of this.index.entries) {
      const slash = path.lastIndexOf('/');
      if (slash < 0 || (slash === known.length && path.startsWith(known))) continue;
      known = path.slice(0, slash);
      for (let parent = known; parent !== '' && !table.has(parent); parent = parentPath(parent)) {
        table.set(parent, 'implied');
      }
    }
    this.#table = table;
    return table;
  }
}

/** Position of the first entry that does not come before the path. */
function firstNotBefore(entries: readonly LayerEntry[], path: BytePath): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry !== undefined && comparePaths(entry.path, path) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Position of the first entry after `at` that is not below the path. */
function endOfSubtree(entries: readonly LayerEntry[], at: number, path: BytePath): number {
  const within = (position: number): boolean => {
    const entry = entries[position];
    return entry !== undefined && isBelow(entry.path, path);
  };
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

function isBelow(path: BytePath, directory: BytePath): boolean {
  if (directory === '') return path !== '';
  const { length } = directory;
  return path.length > length && path.charCodeAt(length) === 0x2f && path.startsWith(directory);
}
