/** The files that the layers of an image ship, as a tree in columns: small enough to send to a browser. */
import { toJsonText } from '../../files/index.ts';
import {
  type ImageModel,
  LinkGroups,
  NONE,
  type PathNode,
  ROOT,
  type Version,
} from '../model/index.ts';

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
  /** Only what is below this directory, which is node 0 then; the root by default. */
  readonly directory?: PathNode | undefined;
  /** How many of the directory's own files and directories to leave out, the heaviest first: those of an earlier tree. */
  readonly skip?: number | undefined;
}

export function contentTree(model: ImageModel, options: ContentTreeOptions): ContentTree {
  return new ContentTrees(model).tree(options);
}

/** Trees of parts of an image. What files and directories weigh is summed up once. */
export class ContentTrees {
  readonly #model: ImageModel;
  #weights: Weights | undefined;

  constructor(model: ImageModel) {
    this.#model = model;
  }

  tree(options: ContentTreeOptions): ContentTree {
    this.#weights ??= new Weights(this.#model);
    return treeOf(this.#model, this.#weights, options);
  }
}

function treeOf(
  model: ImageModel,
  weights: Weights,
  { limit, directory = ROOT, skip = 0 }: ContentTreeOptions,
): ContentTree {
  const scope = nodesIn(model, weights, { directory, skip });
  const kept = keptNodes(weights, scope, limit);
  const isIn = new Uint8Array(model.paths.size);
  for (const node of scope) isIn[node] = 1;
  const numbers = new Int32Array(model.paths.size).fill(NONE);
  const names: string[] = [];
  const parents: number[] = [];
  for (const node of kept) {
    const parent = node === directory ? NONE : model.paths.parent(node);
    numbers[node] = names.length;
    names.push(toJsonText(model.paths.name(node)));
    parents.push(parent === NONE ? NONE : (numbers[parent] ?? NONE));
  }
  const files = { nodes: [], layers: [], bytes: [], hiddenBy: [] } satisfies ContentColumns;
  const rest = new Map<string, Rest>();
  for (const version of shippedFiles(model)) {
    const node = model.versions.node(version);
    if (isIn[node] !== 1) continue;
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
    const groups = new LinkGroups(versions);
    for (const version of shippedFiles(model)) {
      if (groups.isFurther(version)) this.#links.add(version);
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

interface Scope {
  readonly directory: PathNode;
  readonly skip: number;
}

/** The directory, and what is below it but for its heaviest entries; parents first, which have lower numbers. */
function nodesIn(
  { paths }: ImageModel,
  { nodes, used }: Weights,
  { directory, skip }: Scope,
): readonly PathNode[] {
  const entries: PathNode[] = [];
  for (let node = directory + 1; node < nodes.length && skip > 0; node++) {
    if (used[node] === 1 && paths.parent(node) === directory) entries.push(node);
  }
  entries.sort((a, b) => (nodes[b] ?? 0) - (nodes[a] ?? 0) || a - b);
  const skipped = new Set(entries.slice(0, skip));
  const isIn = new Uint8Array(nodes.length);
  isIn[directory] = 1;
  const found = [directory];
  for (let node = directory + 1; node < nodes.length; node++) {
    if (used[node] !== 1 || isIn[paths.parent(node)] !== 1 || skipped.has(node)) continue;
    isIn[node] = 1;
    found.push(node);
  }
  return found;
}

/** The heaviest nodes, and the first. A parent is as heavy as its child at least, and has a lower number. */
function keptNodes({ nodes }: Weights, scope: readonly PathNode[], limit: number): PathNode[] {
  const [first, ...all] = scope;
  if (first === undefined || scope.length <= limit) return [...scope];
  const room = Math.max(0, limit - 1);
  const sorted = Float64Array.from(all, (node) => nodes[node] ?? 0).sort();
  const least = sorted[sorted.length - room] ?? Number.POSITIVE_INFINITY;
  let rest = room - all.filter((node) => (nodes[node] ?? 0) > least).length;
  const kept = all.filter((node) => {
    const weight = nodes[node] ?? 0;
    return weight > least || (weight === least && rest-- > 0);
  });
  return [first, ...kept];
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
