/**
 * The figures that the image explorer dive prints, by its published algorithm, for people who have limits set in them. They are
 * not ours: a removed directory costs nothing, every copy of a rewritten file counts as wasted, a file that a layer deletes although no
 * lower layer has it ends the count of that layer.
 */
import { baseName, comparePaths, joinPath, parentPath } from '../../files/index.ts';
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
    const sizeOf = (version: Version) => (links.has(version) ? 0 : versions.shipped(version));
    const found = leaves(model, index);
    // It stops at a whiteout that removes nothing, and so do we.
    const end = firstOf(
      found
        .filter(({ version, isWhiteout }) => isWhiteout && !stack.has(version))
        .map((leaf) => sortedPath(model, leaf)),
    );
    for (const leaf of found) {
      if (end !== undefined && comparePaths(sortedPath(model, leaf), end) >= 0) continue;
      const { version, isWhiteout } = leaf;
      seen.note(versions.node(version), isWhiteout ? stack.removed(version) : sizeOf(version));
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

/** What has nothing below it in a layer. */
interface Leaf {
  readonly version: Version;
  /** Also of a directory that the layer recreates. */
  readonly isWhiteout: boolean;
}

/** In no order. */
function leaves(model: ImageModel, layer: number): Leaf[] {
  const { versions, paths } = model;
  const found: Leaf[] = [];
  // What is below a directory comes right after it.
  let above: Version | undefined;
  for (const version of model.versionsOf(layer)) {
    const node = versions.node(version);
    if (above !== undefined && !isAbove(paths, versions.node(above), node)) {
      found.push({ version: above, isWhiteout: false });
    }
    above = versions.isDirectory(version) && node !== ROOT ? version : undefined;
    const isWhiteout = versions.isWhiteout(version);
    if (!versions.isDirectory(version)) found.push({ version, isWhiteout });
    else if (versions.isRecreated(version)) found.push({ version, isWhiteout: true });
  }
  if (above !== undefined) found.push({ version: above, isWhiteout: false });
  return found;
}

function firstOf(paths: readonly string[]): string | undefined {
  return paths.reduce<string | undefined>(
    (found, path) => (found === undefined || comparePaths(path, found) < 0 ? path : found),
    undefined,
  );
}

function isAbove(paths: PathTable, node: PathNode, other: PathNode): boolean {
  for (let up = other; up !== ROOT; up = paths.parent(up))
    if (paths.parent(up) === node) return true;
  return false;
}

/** By which dive orders the leaves: a whiteout has its prefix. */
function sortedPath(model: ImageModel, { version, isWhiteout }: Leaf): string {
  const path = model.path(version);
  if (!isWhiteout) return path;
  return joinPath(parentPath(path), `.wh.${baseName(path)}`);
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

  /** Whether something is at the path of a whiteout. */
  has(whiteout: Version): boolean {
    return this.#has(this.#model.versions.node(whiteout));
  }

  /** Bytes that a whiteout counts for: those of a directory. */
  removed(whiteout: Version): number {
    const node = this.#model.versions.node(whiteout);
    if (this.#directories[node] === 0) return 0;
    let sum = 0;
    for (const below of this.#below(node)) sum += this.#sizes[below] ?? 0;
    return sum;
  }

  add(layer: number, sizeOf: (version: Version) => number): void {
    const { versions, paths } = this.#model;
    for (const version of this.#model.versionsOf(layer)) {
      const node = versions.node(version);
      if (versions.isWhiteout(version) || versions.isRecreated(version)) {
        for (const below of this.#below(node)) {
          this.#sizes[below] = Number.NaN;
          this.#directories[below] = 0;
        }
      }
      if (versions.isWhiteout(version)) continue;
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
