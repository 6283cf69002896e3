/** What the explorer shows, and what each key does to it. Knows nothing of terminals. */
import { NONE, type PathNode, type Version } from '../../analysis/index.ts';
import type { ExploredImage } from '../../api/index.ts';
import { toBytes, toText } from '../../files/index.ts';
import { moveTo, START, type Window } from './cursor.ts';
import { FileTree } from './file-tree.ts';
import { type FlatImage, flatImage } from './flat-image.ts';
import { type List, type ListName, type ListRow, makeList } from './lists.ts';
import { NameSearch } from './name-search.ts';
import { OrderedMatches } from './ordered-matches.ts';
import { type Mark, markBit, type StackDiff, type StackRange, stackDiff } from './stack-diff.ts';

export type ViewName = 'tree' | ListName;
export type Pane = 'layers' | 'files';

export const VIEWS: readonly ViewName[] = [
  'tree',
  'largest',
  'reclaimable',
  'leftovers',
  'packages',
];

export interface Prompt {
  readonly kind: 'filter' | 'search' | 'overwrite';
  readonly text: string;
  /** Of `overwrite`. */
  readonly version?: Version | undefined;
  /** Of `search`: what was selected before. */
  readonly start?: PathNode | undefined;
}

/** Layers as the explorer lists them, from 0 at the bottom. */
export interface ExplorerLayer {
  readonly title: string;
  readonly bytes: number;
  /** More about it, a line each. */
  readonly details: readonly string[];
}

export interface ExplorerOptions {
  readonly image: Pick<ExploredImage, 'model' | 'report'>;
  readonly title: string;
  readonly layers: readonly ExplorerLayer[];
  /** What is said of the image as a whole. */
  readonly summary: readonly string[];
  /** Compare the layers as they are listed, not each with those below it. */
  readonly isComparison?: boolean | undefined;
}

/** Which layers are compared: one with those below it, all with the lowest, or all with a chosen one. */
export type Basis = 'layer' | 'aggregated' | number;

export class Explorer {
  readonly options: ExplorerOptions;
  readonly tree: FileTree;
  readonly #flat: FlatImage;
  readonly #names: NameSearch;
  pane: Pane = 'layers';
  view: ViewName = 'tree';
  basis: Basis = 'layer';
  layers: Window = START;
  files: Window = START;
  prompt: Prompt | undefined;
  filter = '';
  /** What `n` looks for. */
  search = '';
  message = '';
  showsHelp = false;
  /** The focused pane has the whole width. */
  isOnePane = false;
  /** Undefined: where there is room. */
  showsAttributes: boolean | undefined;
  /** Rows of the two panes; the screen sets them. */
  heights: Readonly<Record<Pane, number>> = { layers: 10, files: 20 };
  readonly #lists = new Map<ListName, List>();

  constructor(options: ExplorerOptions) {
    this.options = options;
    const { model } = options.image;
    const last = Math.max(0, options.layers.length - 1);
    if (options.isComparison) this.basis = 0;
    this.layers = { row: options.isComparison ? last : 0, top: 0 };
    this.#flat = flatImage(model);
    this.tree = new FileTree(this.#flat, stackDiff(this.#flat, this.#range()));
    this.#names = new NameSearch(model);
  }

  get diff(): StackDiff {
    return this.tree.diff;
  }

  get list(): List | undefined {
    if (this.view === 'tree') return undefined;
    const known = this.#lists.get(this.view);
    const list = known ?? makeList(this.view, this.options.image, this.diff);
    this.#lists.set(this.view, list);
    return list;
  }

  /** Rows of the pane with files. */
  get length(): number {
    return this.list?.rows.length ?? this.tree.length;
  }

  get selected(): PathNode {
    if (this.view !== 'tree') {
      const path = this.list?.rows[this.files.row]?.path;
      return path === undefined ? NONE : this.options.image.model.paths.find(toBytes(path));
    }
    return this.tree.at(this.files.row)?.node ?? NONE;
  }

  setView(view: ViewName): void {
    this.view = view;
    this.pane = 'files';
    this.files = START;
  }

  setBasis(basis: Basis): void {
    this.basis = basis;
    this.#refresh();
  }

  move(by: number): void {
    this.moveTo((this.pane === 'layers' ? this.layers.row : this.files.row) + by);
  }

  moveTo(row: number): void {
    const height = this.heights[this.pane];
    if (this.pane === 'files') {
      this.files = moveTo(this.files, row, { length: this.length, height });
      return;
    }
    const before = this.layers.row;
    this.layers = moveTo(this.layers, row, { length: this.options.layers.length, height });
    if (this.layers.row !== before) this.#refresh();
  }

  /** After the panes have other heights. */
  fitWindows(): void {
    const { layers, files } = this.heights;
    const { length } = this.options.layers;
    this.layers = moveTo(this.layers, this.layers.row, { length, height: layers });
    this.files = moveTo(this.files, this.files.row, { length: this.length, height: files });
  }

  page(direction: 1 | -1): void {
    this.move(direction * Math.max(1, this.heights[this.pane] - 1));
  }

  /** Opens or closes the selected directory. */
  toggle(): void {
    const node = this.selected;
    if (this.view !== 'tree' || node === NONE) return;
    this.tree.setOpen(node, !this.tree.isOpen(node));
  }

  toggleAll(): void {
    const first = this.tree.at(0)?.node;
    const isOpen = this.tree.rows(0, 100).some(({ node }) => this.tree.isOpen(node));
    if (first === undefined) return;
    this.#keepSelection(() => this.tree.setAllOpen(!isOpen));
  }

  /** Opens the directory, or goes to its first file. */
  open(): void {
    const node = this.selected;
    if (this.view !== 'tree' || node === NONE || !this.diff.isDirectory(node)) return;
    if (this.tree.isOpen(node)) this.move(1);
    else this.tree.setOpen(node, true);
  }

  /** Closes the directory, or goes to the one above. */
  close(): void {
    const node = this.selected;
    if (this.view !== 'tree' || node === NONE) return;
    if (this.tree.isOpen(node) && this.diff.isDirectory(node)) this.tree.setOpen(node, false);
    else this.select(this.options.image.model.paths.parent(node));
  }

  /** Shows a path in the tree. */
  select(node: PathNode): void {
    if (node <= 0) return;
    this.view = 'tree';
    this.pane = 'files';
    this.tree.reveal(node);
    this.moveTo(this.tree.rowOf(node));
  }

  /** From a list to the place in the tree; a hidden file at the layer that ships it. */
  showInTree(): void {
    const row = this.list?.rows[this.files.row];
    const node = this.selected;
    if (row === undefined || node === NONE) return;
    if (this.#layerOf(row) !== undefined && row.layer !== this.layers.row) {
      this.layers = moveTo(this.layers, row.layer ?? 0, {
        length: this.options.layers.length,
        height: this.heights.layers,
      });
      this.view = 'tree';
      this.#refresh();
    }
    this.select(node);
  }

  toggleMark(...marks: readonly Mark[]): void {
    let bits = this.tree.hiddenBits;
    for (const mark of marks) bits ^= markBit(mark);
    this.#keepSelection(() => {
      this.tree.hiddenBits = bits;
    });
  }

  isMarkShown(mark: Mark): boolean {
    return (this.tree.hiddenBits & markBit(mark)) === 0;
  }

  toggleOrder(): void {
    this.#keepSelection(() => {
      this.tree.order = this.tree.order === 'name' ? 'size' : 'name';
    });
  }

  setFilter(text: string): void {
    this.filter = text;
    this.view = 'tree';
    this.#keepSelection(() =>
      this.tree.setFilter(text === '' ? undefined : this.#names.matches(text)),
    );
  }

  /** Goes to the next or the previous match, and on from the other end. */
  find(text: string, direction: 1 | -1, from: 'here' | 'beyond' = 'beyond'): void {
    this.search = text;
    if (text === '') return;
    const found = this.#nearest(this.#names.matches(text), direction, from === 'here');
    this.message = found === NONE ? `nothing matches '${text}'` : '';
    this.select(found);
  }

  /** The regular file that is selected. @returns NONE, with a message that says why */
  selectedFile(): Version {
    const node = this.selected;
    const { versions } = this.options.image.model;
    const version = node === NONE ? NONE : this.#versionToRead(node);
    if (version === NONE || !versions.isFile(version)) {
      this.message = 'select a regular file first';
      return NONE;
    }
    return version;
  }

  /** A path as people read it. */
  pathText(node: PathNode): string {
    return toText(this.options.image.model.paths.path(node));
  }

  #versionToRead(node: PathNode): Version {
    const row = this.list?.rows[this.files.row];
    const layer = row && this.#layerOf(row);
    if (layer === undefined) return this.diff.version(node);
    const { model } = this.options.image;
    for (const version of model.versionsOf(layer)) {
      if (model.versions.node(version) === node) return version;
    }
    return NONE;
  }

  /** Two images that are compared have no layers here. */
  #layerOf({ layer }: ListRow): number | undefined {
    return this.options.isComparison ? undefined : layer;
  }

  #nearest(matches: Uint8Array, direction: 1 | -1, here: boolean): PathNode {
    const { paths } = this.options.image.model;
    const { tree } = this;
    const counts = tree.countsOf(matches);
    const way: PathNode[] = [];
    const start = this.view === 'tree' ? Math.max(0, this.selected) : 0;
    for (let at = start; at > 0; at = paths.parent(at)) way.unshift(at);
    const search = new OrderedMatches(tree, matches, counts);
    if (here && matches[start] === 1) return start;
    return direction === 1 ? search.after(way) : search.before(way);
  }

  #range(): StackRange {
    const to = this.layers.row;
    if (typeof this.basis === 'number') return { from: this.basis, to };
    return { from: this.basis === 'layer' ? to - 1 : Math.min(0, to - 1), to };
  }

  #refresh(): void {
    this.#lists.delete('largest');
    this.#keepSelection(() => {
      this.tree.diff = stackDiff(this.#flat, this.#range());
    });
  }

  #keepSelection(change: () => void): void {
    if (this.view !== 'tree') {
      change();
      return;
    }
    const node = this.selected;
    change();
    const row = node === NONE ? 0 : this.tree.rowOf(node);
    const { files: height } = this.heights;
    this.files = moveTo(this.files, row, { length: this.tree.length, height });
  }
}
