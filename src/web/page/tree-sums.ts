/** Sums of the files of one layer, or of all, for each directory of a tree. */
import type { ContentTree } from '../../analysis/index.ts';
import { count } from './format.ts';

/** `final`: what a container sees; `shipped`: all that layers hold; `hidden`: what could go. */
export type Measure = 'final' | 'shipped' | 'hidden';

export interface SumsOptions {
  readonly measure: Measure;
  /** Only what this layer ships. */
  readonly layer: number | undefined;
}

export interface Rest {
  readonly name: string;
  readonly bytes: number;
  readonly hidden: number;
  /** The one that most of it is from. */
  readonly layer: number;
}

interface OpenRest {
  bytes: number;
  hidden: number;
  count: number;
  layer: number;
  heaviest: number;
}

type Columns = ContentTree['files'];

/** Only the nodes that have something are in it, so that the sums of many layers together cost little more than those of all. */
export class TreeSums {
  /** Nodes of the tree, parents first. The other columns are by their position in this one. */
  readonly #nodes: Int32Array;
  readonly #bytes: Float64Array;
  readonly #hidden: Float64Array;
  /** The layer of a file, of a directory the one of its largest entry; -1: nothing. */
  readonly #layers: Int16Array;
  readonly #first: Int32Array;
  readonly #next: Int32Array;
  readonly #files: Uint8Array;
  readonly #rest = new Map<number, OpenRest>();

  constructor(tree: ContentTree, options: SumsOptions) {
    const rows = rowsOf(tree, options);
    const { nodes, parents, positions } = usedNodes(tree, rows);
    const { length } = nodes;
    this.#nodes = nodes;
    this.#bytes = new Float64Array(length);
    this.#hidden = new Float64Array(length);
    this.#layers = new Int16Array(length).fill(-1);
    this.#first = new Int32Array(length).fill(-1);
    this.#next = new Int32Array(length).fill(-1);
    this.#files = new Uint8Array(length);
    for (const row of rows.files) {
      const at = this.#add(tree.files, row, positions);
      this.#files[at] = 1;
    }
    for (const row of rows.rest) {
      const at = this.#add(tree.rest, row, positions);
      const bytes = tree.rest.bytes[row] ?? 0;
      const layer = tree.rest.layers[row] ?? 0;
      const known = this.#rest.get(at) ?? { bytes: 0, hidden: 0, count: 0, layer, heaviest: 0 };
      if (bytes > known.heaviest) Object.assign(known, { layer, heaviest: bytes });
      known.bytes += bytes;
      known.hidden += tree.rest.hiddenBy[row] === -1 ? 0 : bytes;
      known.count += tree.rest.counts[row] ?? 0;
      this.#rest.set(at, known);
    }
    this.#sumUp(parents);
    for (const node of nodes) positions[node] = -1;
  }

  /** The node of the tree. Here and below, `at` is a position; the root's is 0. */
  node(at: number): number {
    return this.#nodes[at] ?? 0;
  }

  bytes(at: number): number {
    return this.#bytes[at] ?? 0;
  }

  /** Bytes that are not visible in the end. */
  hidden(at: number): number {
    return this.#hidden[at] ?? 0;
  }

  layer(at: number): number | undefined {
    const layer = this.#layers[at] ?? -1;
    return layer === -1 ? undefined : layer;
  }

  isFile(at: number): boolean {
    return this.#files[at] === 1;
  }

  children(at: number): number[] {
    const found: number[] = [];
    for (let child = this.#first[at] ?? -1; child !== -1; child = this.#next[child] ?? -1) {
      found.push(child);
    }
    return found;
  }

  /** What was cut of a directory, if anything. */
  rest(at: number): readonly Rest[] {
    const rest = this.#rest.get(at);
    if (rest === undefined) return [];
    const { bytes, hidden, layer } = rest;
    return [{ name: count(rest.count, 'smaller file'), bytes, hidden, layer }];
  }

  #add(columns: Columns, row: number, positions: Int32Array): number {
    const at = positions[columns.nodes[row] ?? 0] ?? 0;
    const bytes = columns.bytes[row] ?? 0;
    this.#bytes[at] = (this.#bytes[at] ?? 0) + bytes;
    if (columns.hiddenBy[row] !== -1) this.#hidden[at] = (this.#hidden[at] ?? 0) + bytes;
    this.#layers[at] = columns.layers[row] ?? -1;
    return at;
  }

  #sumUp(parents: Int32Array): void {
    const heaviest = new Float64Array(parents.length).fill(-1);
    for (let at = parents.length - 1; at > 0; at--) {
      const parent = parents[at] ?? 0;
      const bytes = this.#bytes[at] ?? 0;
      this.#next[at] = this.#first[parent] ?? -1;
      this.#first[parent] = at;
      this.#bytes[parent] = (this.#bytes[parent] ?? 0) + bytes;
      this.#hidden[parent] = (this.#hidden[parent] ?? 0) + (this.#hidden[at] ?? 0);
      if (bytes > (heaviest[parent] ?? -1)) {
        heaviest[parent] = bytes;
        this.#layers[parent] = this.#layers[at] ?? -1;
      }
    }
  }
}

interface Rows {
  readonly files: readonly number[];
  readonly rest: readonly number[];
}

function rowsOf(tree: ContentTree, { measure, layer }: SumsOptions): Rows {
  const of = (columns: Columns, byLayer: readonly (readonly number[])[]) =>
    (layer === undefined ? [...columns.nodes.keys()] : (byLayer[layer] ?? [])).filter(
      (row) => measure === 'shipped' || (measure === 'final') === (columns.hiddenBy[row] === -1),
    );
  const byLayer = rowsByLayer(tree);
  return { files: of(tree.files, byLayer.files), rest: of(tree.rest, byLayer.rest) };
}

interface RowsByLayer {
  readonly files: readonly (readonly number[])[];
  readonly rest: readonly (readonly number[])[];
}

const KNOWN_ROWS = new WeakMap<ContentTree, RowsByLayer>();

function rowsByLayer(tree: ContentTree): RowsByLayer {
  const known = KNOWN_ROWS.get(tree);
  if (known !== undefined) return known;
  const split = ({ layers }: Columns) => {
    const rows: number[][] = [];
    for (let row = 0; row < layers.length; row++) {
      const layer = layers[row] ?? 0;
      const own = rows[layer];
      if (own === undefined) rows[layer] = [row];
      else own.push(row);
    }
    return rows;
  };
  const rows = { files: split(tree.files), rest: split(tree.rest) };
  KNOWN_ROWS.set(tree, rows);
  return rows;
}

interface UsedNodes {
  readonly nodes: Int32Array;
  /** Positions in `nodes`. */
  readonly parents: Int32Array;
  /** By node. */
  readonly positions: Int32Array;
}

/** One array for all sums of a tree; each leaves it as it was. */
const POSITIONS = new WeakMap<ContentTree, Int32Array>();

/** The nodes of rows and those above them. */
function usedNodes(tree: ContentTree, { files, rest }: Rows): UsedNodes {
  const positions = POSITIONS.get(tree) ?? new Int32Array(tree.parents.length).fill(-1);
  POSITIONS.set(tree, positions);
  const used: number[] = [0];
  positions[0] = 0;
  const use = (from: number) => {
    for (let node = from; positions[node] === -1; node = tree.parents[node] ?? 0) {
      positions[node] = 0;
      used.push(node);
    }
  };
  for (const row of files) use(tree.files.nodes[row] ?? 0);
  for (const row of rest) use(tree.rest.nodes[row] ?? 0);
  const nodes = Int32Array.from(used).sort();
  for (let at = 0; at < nodes.length; at++) positions[nodes[at] ?? 0] = at;
  const parents = nodes.map((node) => positions[tree.parents[node] ?? 0] ?? 0);
  return { nodes, parents, positions };
}
