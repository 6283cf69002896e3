/** What two stacks of an image's layers show at each path, and how the upper differs from the lower. */
import { type ImageModel, NONE, type PathNode, ROOT, type Version } from '../../analysis/index.ts';
import type { FlatImage } from './flat-image.ts';

/** `metadata`: same content, another mode, owner, time or attribute. */
export type Mark = 'unmodified' | 'added' | 'removed' | 'modified' | 'metadata';

const MARKS: readonly Mark[] = ['unmodified', 'added', 'removed', 'modified', 'metadata'];
const [UNMODIFIED, ADDED, REMOVED, MODIFIED, METADATA] = [0, 1, 2, 3, 4];
const NO_MARK = 255;

/** Layers up to `from` beside layers up to `to`; -1 is no layer. */
export interface StackRange {
  readonly from: number;
  readonly to: number;
}

export function markBit(mark: Mark): number {
  return 1 << MARKS.indexOf(mark);
}

/** Everything is computed at once, in time proportional to the paths of the image; see `stackDiff`. */
export interface StackDiff {
  readonly range: StackRange;
  /** By path: bits of the marks in and below it; 0 where neither stack has anything. */
  readonly bits: Uint8Array;
  /** @returns undefined where neither stack has anything */
  mark(node: PathNode): Mark | undefined;
  /** The version in the upper stack, or of a removed file in the lower; NONE for directories without an entry. */
  version(node: PathNode): Version;
  /** Bytes in and below a path, hard links once; of removed paths, as the lower stack has them. */
  bytes(node: PathNode): number;
  /** Whether there is a file at the path, or something below it. */
  isDirectory(node: PathNode): boolean;
}

export function stackDiff(image: FlatImage, range: StackRange): StackDiff {
  const { model } = image;
  const now = visibleVersions(image, range.to);
  const was = visibleVersions(image, range.from);
  const marks = ownMarks(model, was, now);
  const nowBytes = ownBytes(image, now);
  const goneBytes = ownBytes(image, onlyRemoved(was, marks));
  const { bits, hasChildren } = addUp(image, marks, [nowBytes, goneBytes]);
  const version = (node: PathNode) => {
    const upper = now[node] ?? NONE;
    return upper === NONE ? (was[node] ?? NONE) : upper;
  };
  const isDirectory = (node: PathNode) => {
    const found = version(node);
    return found === NONE ? hasChildren[node] === 1 : model.versions.isDirectory(found);
  };
  const mark = (node: PathNode): Mark | undefined => {
    const own = marks[node] ?? NO_MARK;
    const all = bits[node] ?? 0;
    if (all === 0) return undefined;
    if (own === ADDED || own === REMOVED) return MARKS[own];
    if (hasChildren[node] === 1) return markOfAll(all);
    return MARKS[own];
  };
  return {
    ...{ range, bits, mark, version, isDirectory },
    bytes: (node) => (mark(node) === 'removed' ? goneBytes[node] : nowBytes[node]) ?? 0,
  };
}

/** Of a directory that both stacks have, or that no layer has an entry for. */
function markOfAll(bits: number): Mark {
  for (const mark of MARKS) if (bits === markBit(mark)) return mark;
  return (bits & ~(markBit('unmodified') | markBit('metadata'))) === 0 ? 'metadata' : 'modified';
}

function visibleVersions(
  { nodes, layers, hiddenBy, parents }: FlatImage,
  layer: number,
): Int32Array {
  const found = new Int32Array(parents.length).fill(NONE);
  for (let version = 0; version < nodes.length; version++) {
    if ((layers[version] ?? 0) > layer) break;
    const node = nodes[version] ?? NONE;
    if (node !== NONE && (hiddenBy[version] ?? 0) > layer) found[node] = version;
  }
  return found;
}

function onlyRemoved(was: Int32Array, marks: Uint8Array): Int32Array {
  const found = new Int32Array(was.length).fill(NONE);
  for (let node = 0; node < was.length; node++) {
    if (marks[node] === REMOVED) found[node] = was[node] ?? NONE;
  }
  return found;
}

function ownMarks({ versions }: ImageModel, was: Int32Array, now: Int32Array): Uint8Array {
  const marks = new Uint8Array(now.length).fill(NO_MARK);
  for (let node = 0; node < now.length; node++) {
    const [lower = NONE, upper = NONE] = [was[node], now[node]];
    if (lower === upper) {
      if (upper !== NONE) marks[node] = UNMODIFIED;
    } else if (lower === NONE) marks[node] = ADDED;
    else if (upper === NONE) marks[node] = REMOVED;
    else if (versions.sameContent(lower, upper) !== true) marks[node] = MODIFIED;
    else marks[node] = versions.sameMetadata(lower, upper) ? UNMODIFIED : METADATA;
  }
  return marks;
}

/** Hard links count where the first of them is. */
function ownBytes({ sizes, linkGroups }: FlatImage, stack: Int32Array): Float64Array {
  const bytes = new Float64Array(stack.length);
  const links = new Set<number>();
  for (let node = 0; node < stack.length; node++) {
    const version = stack[node] ?? NONE;
    if (version === NONE) continue;
    const group = linkGroups[version] ?? NONE;
    if (group !== NONE) {
      if (links.has(group)) continue;
      links.add(group);
    }
    bytes[node] = sizes[version] ?? 0;
  }
  return bytes;
}

interface Sums {
  readonly bits: Uint8Array;
  readonly hasChildren: Uint8Array;
}

/** From the end of the table, whatever is below a path is known. */
function addUp(
  { parents }: FlatImage,
  marks: Uint8Array,
  [nowBytes, goneBytes]: readonly [Float64Array, Float64Array],
): Sums {
  const bits = new Uint8Array(parents.length);
  const hasChildren = new Uint8Array(parents.length);
  for (let node = parents.length - 1; node >= ROOT; node--) {
    const own = marks[node] ?? NO_MARK;
    const all = (bits[node] ?? 0) | (own === NO_MARK ? 0 : 1 << own);
    bits[node] = all;
    const parent = parents[node] ?? NONE;
    if (parent === NONE || all === 0) continue;
    bits[parent] = (bits[parent] ?? 0) | all;
    hasChildren[parent] = 1;
    nowBytes[parent] = (nowBytes[parent] ?? 0) + (nowBytes[node] ?? 0);
    goneBytes[parent] = (goneBytes[parent] ?? 0) + (goneBytes[node] ?? 0);
  }
  return { bits, hasChildren };
}
