/**
 * The figures that the image explorer dive prints, by its published algorithm, for people who have limits set in them. They are
 * not ours: a removed directory costs nothing, every copy of a rewritten file counts as wasted, a file that a layer deletes although no
 * lower layer has it ends the count of that layer.
 */
import type { ImageModel } from './image-model.ts';
import { NONE, type PathNode, type PathTable, ROOT } from './path-table.ts';
import type { Version } from './version-table.ts';

export interface DiveFigures {
  /** 0 to 1. */
  readonly efficiency: number;
  readonly wastedBytes: number;
  /** 0 to 1, of the bytes of all layers but the lowest; null where those have none. */
  readonly userWastedPercent: number | null;
  /** Paths that several layers have, and the bytes of all their versions; largest first. */
  readonly inefficient: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly count: number;
  }[];
}

export function diveFigures(model: ImageModel): DiveFigures {
  const { versions } = model;
  const seen = new Seen(model.paths.size);
  const stack = new Stack(model);
  let userBytes = 0;
  for (const { index, unpacked } of model.layers) {
    const links = furtherLinks(model, index);
    const sizeOf = (version: Version) => (links.has(version) ? 0 : versions.size(version));
    for (const leaf of leaves(model, index)) {
      const bytes = versions.isWhiteout(leaf) ? stack.removed(leaf) : sizeOf(leaf);
      // It stops here, and so do we.
      if (bytes === undefined) break;
      seen.note(versions.node(leaf), bytes);
    }
    if (index > 0) userBytes += unpacked;
    stack.add(index, sizeOf);
  }
  const { least, all, wasted, inefficient } = seen.sums(model);
  return {
    efficiency: all === 0 ? 1 : least / all,
    wastedBytes: wasted,
    userWastedPercent: userBytes === 0 ? null : wasted / userBytes,
    inefficient,
  };
}

/** By path: how often it was seen, with how many bytes in all, and with how few at least. */
class Seen {
  readonly #counts: Uint32Array;
  readonly #sums: Float64Array;
  readonly #least: Float64Array;

  constructor(paths: number) {
    this.#counts = new Uint32Array(paths);
    this.#sums = new Float64Array(paths);
    this.#least = new Float64Array(paths);
  }

  note(node: PathNode, bytes: number): void {
    const count = (this.#counts[node] ?? 0) + 1;
    this.#counts[node] = count;
    this.#sums[node] = (this.#sums[node] ?? 0) + bytes;
    this.#least[node] = count === 1 ? bytes : Math.min(this.#least[node] ?? 0, bytes);
  }

  sums({ paths }: ImageModel) {
    let [least, all, wasted] = [0, 0, 0];
    const inefficient: { path: string; bytes: number; count: number }[] = [];
    for (const [node, count] of this.#counts.entries()) {
      if (count === 0) continue;
      const sum = this.#sums[node] ?? 0;
      least += this.#least[node] ?? 0;
      all += sum;
      if (count < 2) continue;
      wasted += sum;
      inefficient.push({ path: paths.path(node), bytes: sum, count });
    }
    inefficient.sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1));
    return { least, all, wasted, inefficient };
  }
}

/** Hard links of files that the layer has under another name already: as tar members they have no bytes. */
function furtherLinks(model: ImageModel, layer: number): ReadonlySet<Version> {
  const groups = new Set<number>();
  const links = new Set<Version>();
  for (const version of model.versionsOf(layer)) {
    const group = model.versions.linkGroup(version);
    if (group === NONE) continue;
    if (groups.has(group)) links.add(version);
    groups.add(group);
  }
  return links;
}

/** The versions of a layer with nothing below them in it, ordered by names in which a whiteout has its prefix. */
function leaves(model: ImageModel, layer: number): Version[] {
  const { versions, paths } = model;
  const found: Version[] = [];
  let hasWhiteouts = false;
  // What is below a directory comes right after it: from the end, the next version tells.
  let next: PathNode = ROOT;
  for (const version of [...model.versionsOf(layer)].reverse()) {
    const node = versions.node(version);
    const isWhiteout = versions.isWhiteout(version);
    hasWhiteouts ||= isWhiteout;
    const isLeaf = !versions.isDirectory(version) || !isAbove(paths, node, next);
    if (node !== ROOT && isLeaf) found.push(version);
    next = node;
  }
  found.reverse();
  if (!hasWhiteouts) return found;
  const keys = new Map(found.map((version) => [version, sortKey(model, version)]));
  return found.sort((a, b) => ((keys.get(a) ?? '') < (keys.get(b) ?? '') ? -1 : 1));
}

function isAbove(paths: PathTable, node: PathNode, other: PathNode): boolean {
  for (let up = other; up !== ROOT; up = paths.parent(up))
    if (paths.parent(up) === node) return true;
  return false;
}

function sortKey(model: ImageModel, version: Version): string {
  const path = model.path(version);
  const slash = path.lastIndexOf('/') + 1;
  const name = model.versions.isWhiteout(version) ? `.wh.${path.slice(slash)}` : path.slice(slash);
  // A name ends before every other character.
  return `${path.slice(0, slash)}${name}`.replaceAll('/', '\0');
}

/** The layers below, stacked as dive does it: opaque directories hide nothing, a file over a directory keeps what was below it. */
class Stack {
  readonly #model: ImageModel;
  /** NaN: not there. */
  readonly #sizes: Float64Array;
  readonly #directories: Uint8Array;

  constructor(model: ImageModel) {
    this.#model = model;
    this.#sizes = new Float64Array(model.paths.size).fill(Number.NaN);
    this.#directories = new Uint8Array(model.paths.size);
  }

  /** Bytes that a whiteout counts for: those of a directory; undefined where nothing is there to remove. */
  removed(whiteout: Version): number | undefined {
    const node = this.#model.versions.node(whiteout);
    if (!this.#has(node)) return undefined;
    if (this.#directories[node] === 0) return 0;
    let sum = 0;
    for (const below of this.#below(node)) sum += this.#sizes[below] ?? 0;
    return sum;
  }

  add(layer: number, sizeOf: (version: Version) => number): void {
    const { versions, paths } = this.#model;
    for (const version of this.#model.versionsOf(layer)) {
      const node = versions.node(version);
      if (versions.isWhiteout(version)) {
        for (const below of this.#below(node)) {
          this.#sizes[below] = Number.NaN;
          this.#directories[below] = 0;
        }
        continue;
      }
      for (let up = paths.parent(node); up > ROOT && !this.#has(up); up = paths.parent(up)) {
        this.#sizes[up] = 0;
      }
      this.#sizes[node] = sizeOf(version);
      this.#directories[node] = versions.isDirectory(version) ? 1 : 0;
    }
  }

  #has(node: PathNode): boolean {
    return !Number.isNaN(this.#sizes[node] ?? Number.NaN);
  }

  /** The node and all below it that are there. */
  *#below(top: PathNode): Generator<PathNode> {
    const open = [top];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (this.#has(node)) yield node;
      open.push(...this.#model.paths.children(node));
    }
  }
}
