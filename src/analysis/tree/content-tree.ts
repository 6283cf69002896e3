/** The files that the layers of an image ship, as a tree in columns: small enough to send to a browser. */
import { toJsonText } from '../../files/index.ts';
import { type ImageModel, NONE, type PathNode, type Version } from '../model/index.ts';

/** By row, one column an array. Node 0 is the root; parents come before what is in them. */
export interface ContentTree {
  /** Bytes that are no UTF-8 are written `\xNN`. */
  readonly names: readonly string[];
  /** Rows of the model's path table. */
  readonly ids: readonly number[];
  /** -1 for the root. */
  readonly parents: readonly number[];
  /** Regular files, one row for each layer that ships one. */
  readonly files: ContentColumns;
  /** What was cut, summed: `nodes` are the directories that it is somewhere below. */
  readonly rest: ContentColumns & { readonly counts: readonly number[] };
}

export interface ContentColumns {
  readonly nodes: readonly number[];
  readonly layers: readonly number[];
  /** A group of hard links counts once a layer, where its first name is. */
  readonly bytes: readonly number[];
  /** The layer that hides the file; -1: it is visible in the end. */
  readonly hiddenBy: readonly number[];
}

export interface ContentTreeOptions {
  /** Nodes at most. The smallest files and directories are cut, and their sums stay. */
  readonly limit: number;
}

export function contentTree(model: ImageModel, { limit }: ContentTreeOptions): ContentTree {
  const weights = new Weights(model);
  const kept = keptNodes(weights, limit);
  const numbers = new Int32Array(model.paths.size).fill(NONE);
  const names: string[] = [];
  const parents: number[] = [];
  for (const node of kept) {
    const parent = model.paths.parent(node);
    numbers[node] = names.length;
    names.push(toJsonText(model.paths.name(node)));
    parents.push(parent === NONE ? NONE : (numbers[parent] ?? NONE));
  }
  const files = { nodes: [], layers: [], bytes: [], hiddenBy: [] } satisfies ContentColumns;
  const rest = new Map<string, Rest>();
  for (const version of shippedFiles(model)) {
    const node = model.versions.node(version);
    const bytes = weights.bytes(version);
    const row = {
      layer: model.versions.layer(version),
      hiddenBy: model.versions.hiddenBy(version),
    };
    const number = numbers[node] ?? NONE;
    if (number === NONE) addRest(rest, { ...row, node: nearest(model, numbers, node), bytes });
    else pushRow(files, { ...row, node: number, bytes });
  }
  return { names, ids: kept, parents, files, rest: restColumns(rest) };
}

/** Bytes shipped at and below each node, in all layers together. */
class Weights {
  readonly nodes: Float64Array;
  /** Whether a layer ships a file at the node or below it. */
  readonly used: Uint8Array;
  readonly #model: ImageModel;
  /** Further names of hard links. */
  readonly #links = new Set<Version>();

  constructor(model: ImageModel) {
    const { versions, paths } = model;
    this.#model = model;
    this.nodes = new Float64Array(paths.size);
    this.used = new Uint8Array(paths.size);
    const groups = new Set<string>();
    for (const version of shippedFiles(model)) {
      const group = versions.linkGroup(version);
      const key = `${versions.layer(version)}:${group}`;
      if (group !== NONE && groups.has(key)) this.#links.add(version);
      else if (group !== NONE) groups.add(key);
      const node = versions.node(version);
      this.nodes[node] = (this.nodes[node] ?? 0) + this.bytes(version);
      this.used[node] = 1;
    }
    for (let node = paths.size - 1; node > 0; node--) {
      if (this.used[node] === 0) continue;
      const parent = paths.parent(node);
      this.nodes[parent] = (this.nodes[parent] ?? 0) + (this.nodes[node] ?? 0);
      this.used[parent] = 1;
    }
  }

  bytes(version: Version): number {
    return this.#links.has(version) ? 0 : this.#model.versions.size(version);
  }
}

function* shippedFiles({ versions }: ImageModel): Generator<Version> {
  for (let version = 0; version < versions.length; version++) {
    if (versions.isFile(version)) yield version;
  }
}

/** The heaviest nodes, parents first. A parent is as heavy as its child at least, and has a lower number. */
function keptNodes({ nodes, used }: Weights, limit: number): PathNode[] {
  const all: PathNode[] = [0];
  for (let node = 1; node < nodes.length; node++) if (used[node] === 1) all.push(node);
  if (all.length <= limit) return all;
  const sorted = Float64Array.from(all, (node) => nodes[node] ?? 0).sort();
  const least = sorted[sorted.length - limit] ?? 0;
  let room = limit - all.filter((node) => (nodes[node] ?? 0) > least).length;
  return all.filter((node) => {
    const weight = nodes[node] ?? 0;
    return weight > least || node === 0 || (weight === least && room-- > 0);
  });
}

function nearest({ paths }: ImageModel, numbers: Int32Array, node: PathNode): number {
  let above = paths.parent(node);
  while ((numbers[above] ?? NONE) === NONE) above = paths.parent(above);
  return numbers[above] ?? 0;
}

interface Row {
  readonly node: number;
  readonly layer: number;
  readonly bytes: number;
  readonly hiddenBy: number;
}

interface Rest extends Row {
  readonly count: number;
}

function addRest(rest: Map<string, Rest>, row: Row): void {
  const key = `${row.node} ${row.layer} ${row.hiddenBy}`;
  const { bytes = 0, count = 0 } = rest.get(key) ?? {};
  rest.set(key, { ...row, bytes: bytes + row.bytes, count: count + 1 });
}

interface OpenColumns {
  readonly nodes: number[];
  readonly layers: number[];
  readonly bytes: number[];
  readonly hiddenBy: number[];
}

function pushRow(columns: OpenColumns, { node, layer, bytes, hiddenBy }: Row): void {
  columns.nodes.push(node);
  columns.layers.push(layer);
  columns.bytes.push(bytes);
  columns.hiddenBy.push(hiddenBy);
}

function restColumns(rest: ReadonlyMap<string, Rest>): ContentTree['rest'] {
  const columns: OpenColumns & { counts: number[] } = {
    ...{ nodes: [], layers: [], bytes: [], hiddenBy: [], counts: [] },
  };
  for (const row of rest.values()) {
    pushRow(columns, row);
    columns.counts.push(row.count);
  }
  return columns;
}
