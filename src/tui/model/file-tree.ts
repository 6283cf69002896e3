/**
 * A tree of files of which parts are open, as rows of a list. Only the rows that are asked for are made, and only the
 * directories on the way to them are sorted: a key costs the same in a tree of a million files.
 */
import { type ImageModel, type PathNode, ROOT } from '../../analysis/index.ts';
import type { FlatImage } from './flat-image.ts';
import type { StackDiff } from './stack-diff.ts';

export interface TreeRow {
  readonly node: PathNode;
  readonly depth: number;
}

export type TreeOrder = 'name' | 'size';

export class FileTree {
  readonly #model: ImageModel;
  readonly #parents: Int32Array;
  #diff: StackDiff;
  #order: TreeOrder = 'name';
  #hiddenBits = 0;
  /** By path 1: it matches the filter, or something above or below it does. */
  #filter: Uint8Array | undefined;
  #open: Uint8Array;
  /** What was open before the filter. */
  #openUnfiltered: Uint8Array | undefined;
  /** Rows of a path and all that is open below it; 0 for paths that are not shown. */
  readonly #rows: Int32Array;
  /** The sum of `#rows` over what is directly in a directory. */
  readonly #inside: Int32Array;
  readonly #byName = new Map<PathNode, Int32Array>();
  readonly #bySize = new Map<PathNode, Int32Array>();

  constructor(image: FlatImage, diff: StackDiff) {
    const { model } = image;
    this.#model = model;
    this.#parents = image.parents;
    this.#diff = diff;
    this.#open = new Uint8Array(model.paths.size);
    this.#rows = new Int32Array(model.paths.size);
    this.#inside = new Int32Array(model.paths.size);
    this.#open[ROOT] = 1;
    this.#recount();
  }

  get diff(): StackDiff {
    return this.#diff;
  }

  set diff(diff: StackDiff) {
    this.#diff = diff;
    this.#bySize.clear();
    this.#recount();
  }

  get order(): TreeOrder {
    return this.#order;
  }

  set order(order: TreeOrder) {
    this.#order = order;
  }

  /** Bits of the marks that are not shown. */
  get hiddenBits(): number {
    return this.#hiddenBits;
  }

  set hiddenBits(bits: number) {
    this.#hiddenBits = bits;
    this.#recount();
  }

  get length(): number {
    return this.#inside[ROOT] ?? 0;
  }

  /** @param matches by path 1 or 0; undefined: no filter */
  setFilter(matches: Uint8Array | undefined): void {
    if (matches === undefined) {
      this.#open = this.#openUnfiltered ?? this.#open;
      this.#openUnfiltered = undefined;
      this.#filter = undefined;
    } else {
      this.#openUnfiltered ??= this.#open;
      const { filter, open } = withRelatives(this.#parents, matches);
      this.#filter = filter;
      this.#open = open;
    }
    this.#recount();
  }

  isOpen(node: PathNode): boolean {
    return this.#open[node] === 1;
  }

  isShown(node: PathNode): boolean {
    const bits = this.#diff.bits[node] ?? 0;
    if ((bits & ~this.#hiddenBits) === 0) return false;
    return this.#filter === undefined || this.#filter[node] === 1;
  }

  setOpen(node: PathNode, isOpen: boolean): void {
    if (node === ROOT || this.isOpen(node) === isOpen) return;
    this.#open[node] = isOpen ? 1 : 0;
    if (!this.isShown(node)) return;
    const change = (isOpen ? 1 : -1) * (this.#inside[node] ?? 0);
    let at = node;
    while (at !== ROOT) {
      this.#rows[at] = (this.#rows[at] ?? 0) + change;
      at = this.#model.paths.parent(at);
      this.#inside[at] = (this.#inside[at] ?? 0) + change;
      if (!this.isOpen(at)) return;
    }
  }

  setAllOpen(isOpen: boolean): void {
    this.#open.fill(isOpen ? 1 : 0);
    this.#open[ROOT] = 1;
    this.#recount();
  }

  /** Opens what is above a path. */
  reveal(node: PathNode): void {
    const { paths } = this.#model;
    for (let up = paths.parent(node); up > ROOT; up = paths.parent(up)) this.setOpen(up, true);
  }

  /** @returns fewer rows at the end of the tree */
  rows(start: number, count: number): TreeRow[] {
    const found: TreeRow[] = [];
    let skip = Math.max(0, start);
    const open: { children: Int32Array; next: number; depth: number }[] = [
      { children: this.children(ROOT), next: 0, depth: 0 },
    ];
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const node = top.children[top.next++];
      if (node === undefined) {
        open.pop();
        continue;
      }
      const rows = this.#rows[node] ?? 0;
      if (skip >= rows) {
        skip -= rows;
        continue;
      }
      if (skip > 0) skip--;
      else {
        found.push({ node, depth: top.depth });
        if (found.length === count) return found;
      }
      if (rows > 1) open.push({ children: this.children(node), next: 0, depth: top.depth + 1 });
    }
    return found;
  }

  at(row: number): TreeRow | undefined {
    return this.rows(row, 1)[0];
  }

  /** The row of a path, or of the nearest directory above it that has one. */
  rowOf(node: PathNode): number {
    const { paths } = this.#model;
    // Within what is above; negative while only that can have a row.
    let row = -1;
    for (let at = node; at > ROOT; at = paths.parent(at)) {
      const up = paths.parent(at);
      if ((this.#rows[at] ?? 0) === 0 || !this.isOpen(up)) {
        row = -1;
        continue;
      }
      row++;
      for (const sibling of this.children(up)) {
        if (sibling === at) break;
        row += this.#rows[sibling] ?? 0;
      }
    }
    return Math.max(row, 0);
  }

  /** What is directly in a directory, shown or not, in order. */
  children(node: PathNode): Int32Array {
    const known = (this.#order === 'name' ? this.#byName : this.#bySize).get(node);
    if (known !== undefined) return known;
    const { paths } = this.#model;
    if (this.#order === 'name') {
      const sorted = Int32Array.from(
        [...paths.children(node)].sort((a, b) => (paths.name(a) < paths.name(b) ? -1 : 1)),
      );
      this.#byName.set(node, sorted);
      return sorted;
    }
    const sorted = [...paths.children(node)]
      .map((child) => ({ child, bytes: this.#diff.bytes(child), name: paths.name(child) }))
      .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
    const bySize = Int32Array.from(sorted, ({ child }) => child);
    this.#bySize.set(node, bySize);
    return bySize;
  }

  /** How many matches that can be shown are in and below each path. */
  countsOf(matches: Uint8Array): Int32Array {
    const parents = this.#parents;
    const filter = this.#filter;
    const counts = new Int32Array(parents.length);
    const { bits } = this.#diff;
    const shownBits = ~this.#hiddenBits;
    for (let node = parents.length - 1; node > ROOT; node--) {
      if (((bits[node] ?? 0) & shownBits) === 0 || (filter !== undefined && filter[node] !== 1)) {
        counts[node] = 0;
        continue;
      }
      const all = (counts[node] ?? 0) + (matches[node] ?? 0);
      const parent = parents[node] ?? ROOT;
      counts[node] = all;
      counts[parent] = (counts[parent] ?? 0) + all;
    }
    return counts;
  }

  /** A path comes after its directory in the table. */
  #recount(): void {
    const parents = this.#parents;
    const inside = this.#inside.fill(0);
    const rows = this.#rows;
    const open = this.#open;
    const filter = this.#filter;
    const { bits } = this.#diff;
    const shownBits = ~this.#hiddenBits;
    for (let node = parents.length - 1; node > ROOT; node--) {
      if (((bits[node] ?? 0) & shownBits) === 0 || (filter !== undefined && filter[node] !== 1)) {
        rows[node] = 0;
        continue;
      }
      const own = 1 + (open[node] === 1 ? (inside[node] ?? 0) : 0);
      const parent = parents[node] ?? ROOT;
      rows[node] = own;
      inside[parent] = (inside[parent] ?? 0) + own;
    }
  }
}

/** What is above a match is open; what is below it is shown when somebody opens it. */
function withRelatives(
  parents: Int32Array,
  matches: Uint8Array,
): { readonly filter: Uint8Array; readonly open: Uint8Array } {
  const filter = Uint8Array.from(matches);
  const open = new Uint8Array(parents.length);
  for (let node = 1; node < parents.length; node++) {
    if (filter[parents[node] ?? ROOT] === 1) filter[node] = 1;
  }
  for (let node = parents.length - 1; node > ROOT; node--) {
    if (matches[node] === 1 || open[node] === 1) open[parents[node] ?? ROOT] = 1;
    if (open[node] === 1) filter[node] = 1;
  }
  open[ROOT] = 1;
  return { filter, open };
}
