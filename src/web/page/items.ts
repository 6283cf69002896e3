/** What the map and the table beside it show: a tree of named sizes, grouped in several ways. */
import type { ContentTree } from '../../analysis/index.ts';
import type { PageImage } from '../page-data.ts';
import { type Measure, TreeSums } from './tree-sums.ts';

export interface Item {
  readonly name: string;
  readonly kind: 'group' | 'directory' | 'file' | 'rest';
  readonly bytes: number;
  /** Of a file; of a directory the layer that most of it is from; undefined: of no single one. */
  readonly layer: number | undefined;
  /** Bytes of it that are not visible in the end. */
  readonly hidden: number;
  /** As lamina numbers files and directories; undefined where it is none. */
  readonly id: number | undefined;
  /** The first of the items of one layer: that layer. */
  readonly only?: number | undefined;
  readonly parent: Item | undefined;
  /** Largest first; empty for what has nothing in it. */
  readonly children: () => readonly Item[];
  /** Of what was cut: what to ask lamina for. */
  readonly more?: Cut | undefined;
}

/** What is in a directory but not in the tree of the page. */
export interface Cut {
  /** As lamina numbers it. */
  readonly node: number;
  /** Entries of the directory that the page has, the largest ones. */
  readonly skip: number;
}

export type Grouping = 'directory' | 'layer' | 'stage' | 'package';
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
    ...{ name, kind: 'group', layer: undefined, id: undefined, parent },
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
    ...{ kind: 'file', layer: undefined, hidden: 0, id: undefined },
    ...given,
    children: () => [],
  };
}

interface TreeOptions {
  readonly name: string;
  readonly measure: Measure;
  readonly layer: number | undefined;
  readonly parent: Item | undefined;
  /** The tree is what was cut of another one. */
  readonly cut?: Cut;
}

/** What was cut, once lamina has sent it: in the place of the item that stood for it. */
export function cutItem(tree: ContentTree, rest: Item, cut: Cut, options: ItemOptions): Item {
  const { measure } = options;
  const layer = layerOf(rest) ?? options.layer;
  return treeItem(tree, { name: rest.name, measure, layer, parent: rest.parent, cut });
}

/** The layer whose files alone are in the group that an item belongs to. */
function layerOf(item: Item): number | undefined {
  const group = pathOf(item).find(({ only }) => only !== undefined);
  return group?.only;
}

/** Sums of all nodes at once; items are made for what is looked at. */
function treeItem(tree: ContentTree, options: TreeOptions): Item {
  const { cut } = options;
  const sums = new TreeSums(tree, options);
  const make = (at: number, name: string, parent: Item | undefined): Item => {
    let known: readonly Item[] | undefined;
    const isCut = cut !== undefined && at === 0;
    const self: Item = {
      ...{ name, id: tree.ids[sums.node(at)], parent },
      kind: isCut ? 'rest' : sums.isFile(at) ? 'file' : 'directory',
      ...{ bytes: sums.bytes(at), hidden: sums.hidden(at), layer: sums.layer(at) },
      only: at === 0 ? options.layer : undefined,
      children: () => {
        known ??= childrenOf(at, self);
        return known;
      },
    };
    return self;
  };
  const childrenOf = (at: number, self: Item): readonly Item[] => {
    const node = sums.node(at);
    const more = () => ({
      node: tree.ids[node] ?? 0,
      skip: entriesOf(tree, node) + (at === 0 ? (cut?.skip ?? 0) : 0),
    });
    return [
      ...sums.children(at).map((child) => make(child, tree.names[sums.node(child)] ?? '', self)),
      ...sums.rest(at).map((rest) => leaf({ ...rest, parent: self, kind: 'rest', more: more() })),
    ].sort((a, b) => b.bytes - a.bytes);
  };
  return make(0, options.name, options.parent);
}

const ENTRIES = new WeakMap<ContentTree, Int32Array>();

/** Files and directories that the tree has of a directory, whether they count or not. */
function entriesOf(tree: ContentTree, node: number): number {
  let entries = ENTRIES.get(tree);
  if (entries === undefined) {
    entries = new Int32Array(tree.parents.length);
    for (const parent of tree.parents)
      if (parent >= 0) entries[parent] = (entries[parent] ?? 0) + 1;
    ENTRIES.set(tree, entries);
  }
  return entries[node] ?? 0;
}
