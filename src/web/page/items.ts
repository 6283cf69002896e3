/** What the map and the table beside it show: a tree of named sizes, grouped in several ways. */
import type { ContentTree } from '../../analysis/index.ts';
import type { PageImage } from '../page-data.ts';
import { count } from './format.ts';

export interface Item {
  readonly name: string;
  readonly kind: 'group' | 'directory' | 'file' | 'rest';
  readonly bytes: number;
  /** Of a file; of a directory the layer that most of it is from; undefined: of no single one. */
  readonly layer: number | undefined;
  /** Bytes of it that are not visible in the end. */
  readonly hidden: number;
  /** Row of the tree; undefined where it is none. */
  readonly node: number | undefined;
  readonly parent: Item | undefined;
  /** Largest first; empty for what has nothing in it. */
  readonly children: () => readonly Item[];
}

export type Grouping = 'directory' | 'layer' | 'stage' | 'package';
/** `final`: what a container sees; `shipped`: all that layers hold; `hidden`: what could go. */
export type Measure = 'final' | 'shipped' | 'hidden';

export interface ItemOptions {
  readonly grouping: Grouping;
  readonly measure: Measure;
  /** Only what this layer ships. */
  readonly layer: number | undefined;
}

export function rootItem(image: PageImage, { grouping, measure, layer }: ItemOptions): Item {
  const name = '/';
  if (grouping === 'directory')
    return treeItem(image.tree, { name, measure, layer, parent: undefined });
  if (grouping === 'package') return packagesItem(image);
  const { layers } = image.report;
  const layerItem = (index: number, parent: Item): Item =>
    treeItem(image.tree, { name: layerName(index), measure, layer: index, parent });
  const wanted = layers.filter(({ index }) => layer === undefined || index === layer);
  if (grouping === 'layer') {
    return group('all layers', undefined, (self) =>
      wanted.map(({ index }) => layerItem(index, self)),
    );
  }
  const stages = [...new Set(wanted.map(({ stage }) => stage ?? 'base image'))];
  return group('all stages', undefined, (self) =>
    stages.map((stage) =>
      group(stage, self, (above) =>
        wanted
          .filter((one) => (one.stage ?? 'base image') === stage)
          .map(({ index }) => layerItem(index, above)),
      ),
    ),
  );
}

export function layerName(index: number): string {
  return `layer ${index}`;
}

/** Names from the root down to the item. */
export function pathOf(item: Item): readonly Item[] {
  const path: Item[] = [];
  for (let at: Item | undefined = item; at !== undefined; at = at.parent) path.unshift(at);
  return path;
}

function group(name: string, parent: Item | undefined, make: (self: Item) => Item[]): Item {
  let [bytes, hidden] = [0, 0];
  const children: Item[] = [];
  const self: Item = {
    ...{ name, kind: 'group', layer: undefined, node: undefined, parent },
    get bytes() {
      return bytes;
    },
    get hidden() {
      return hidden;
    },
    children: () => children,
  };
  children.push(...make(self).filter((item) => item.bytes > 0));
  children.sort((a, b) => b.bytes - a.bytes);
  for (const item of children) {
    bytes += item.bytes;
    hidden += item.hidden;
  }
  return self;
}

function packagesItem({ report }: PageImage): Item {
  const types = [...new Set(report.packages.map(({ type }) => type))];
  return group('all packages', undefined, (self) => {
    const items = types.map((type) =>
      group(type, self, (above) =>
        report.packages
          .filter((one) => one.type === type)
          .map(({ name, version, bytes, layer }) =>
            leaf({ name: `${name} ${version}`, bytes, layer, parent: above }),
          ),
      ),
    );
    const owned = items.reduce((sum, { bytes }) => sum + bytes, 0);
    const others = Math.max(0, report.size.visible - owned);
    return [...items, leaf({ name: 'in no package', bytes: others, parent: self })];
  });
}

function leaf(given: Pick<Item, 'name' | 'bytes' | 'parent'> & Partial<Item>): Item {
  return {
    ...{ kind: 'file', layer: undefined, hidden: 0, node: undefined },
    ...given,
    children: () => [],
  };
}

interface TreeOptions {
  readonly name: string;
  readonly measure: Measure;
  readonly layer: number | undefined;
  readonly parent: Item | undefined;
}

/** Sums of all nodes at once; items are made for what is looked at. */
function treeItem(tree: ContentTree, options: TreeOptions): Item {
  const sums = new TreeSums(tree, options);
  const make = (node: number, name: string, parent: Item | undefined): Item => {
    let known: readonly Item[] | undefined;
    const self: Item = {
      ...{ name, node, parent, kind: sums.isFile(node) ? 'file' : 'directory' },
      ...{ bytes: sums.bytes[node] ?? 0, hidden: sums.hidden[node] ?? 0 },
      layer: sums.layers[node] === -1 ? undefined : sums.layers[node],
      children: () => {
        known ??= [
          ...sums.children(node).map((child) => make(child, tree.names[child] ?? '', self)),
          ...sums.rest(node).map((rest) => leaf({ ...rest, parent: self, kind: 'rest' })),
        ]
          .filter((item) => item.bytes > 0)
          .sort((a, b) => b.bytes - a.bytes);
        return known;
      },
    };
    return self;
  };
  return make(0, options.name, options.parent);
}

class TreeSums {
  readonly bytes: Float64Array;
  readonly hidden: Float64Array;
  /** The layer with most bytes of the largest file; -1: nothing. */
  readonly layers: Int16Array;
  readonly #first: Int32Array;
  readonly #next: Int32Array;
  readonly #files: Uint8Array;
  readonly #rest = new Map<
    number,
    { name: string; bytes: number; hidden: number; count: number }
  >();

  constructor(tree: ContentTree, { measure, layer }: TreeOptions) {
    const { parents, files, rest } = tree;
    const length = parents.length;
    this.bytes = new Float64Array(length);
    this.hidden = new Float64Array(length);
    this.layers = new Int16Array(length).fill(-1);
    this.#first = new Int32Array(length).fill(-1);
    this.#next = new Int32Array(length).fill(-1);
    this.#files = new Uint8Array(length);
    const counts = (row: number, columns: ContentTree['files']) =>
      (layer === undefined || columns.layers[row] === layer) &&
      (measure === 'shipped' || (measure === 'final') === (columns.hiddenBy[row] === -1));
    for (let row = 0; row < files.nodes.length; row++) {
      this.#files[files.nodes[row] ?? 0] = 1;
      if (counts(row, files)) this.#add(files, row);
    }
    for (let row = 0; row < rest.nodes.length; row++) {
      if (!counts(row, rest)) continue;
      const { node, bytes, hidden } = this.#add(rest, row);
      const known = this.#rest.get(node) ?? { name: '', bytes: 0, hidden: 0, count: 0 };
      known.bytes += bytes;
      known.hidden += hidden;
      known.count += rest.counts[row] ?? 0;
      known.name = count(known.count, 'smaller file');
      this.#rest.set(node, known);
    }
    this.#sumUp(parents);
  }

  isFile(node: number): boolean {
    return this.#files[node] === 1;
  }

  children(node: number): number[] {
    const found: number[] = [];
    for (let child = this.#first[node] ?? -1; child !== -1; child = this.#next[child] ?? -1) {
      found.push(child);
    }
    return found;
  }

  rest(node: number): { name: string; bytes: number; hidden: number }[] {
    const rest = this.#rest.get(node);
    return rest === undefined ? [] : [rest];
  }

  #add(columns: ContentTree['files'], row: number) {
    const node = columns.nodes[row] ?? 0;
    const bytes = columns.bytes[row] ?? 0;
    const hidden = columns.hiddenBy[row] === -1 ? 0 : bytes;
    this.bytes[node] = (this.bytes[node] ?? 0) + bytes;
    this.hidden[node] = (this.hidden[node] ?? 0) + hidden;
    this.layers[node] = columns.layers[row] ?? -1;
    return { node, bytes, hidden };
  }

  #sumUp(parents: readonly number[]): void {
    const heaviest = new Float64Array(parents.length);
    for (let node = parents.length - 1; node > 0; node--) {
      const parent = parents[node] ?? 0;
      const bytes = this.bytes[node] ?? 0;
      this.#next[node] = this.#first[parent] ?? -1;
      this.#first[parent] = node;
      this.bytes[parent] = (this.bytes[parent] ?? 0) + bytes;
      this.hidden[parent] = (this.hidden[parent] ?? 0) + (this.hidden[node] ?? 0);
      if (bytes > (heaviest[parent] ?? 0)) {
        heaviest[parent] = bytes;
        this.layers[parent] = this.layers[node] ?? -1;
      }
    }
  }
}
