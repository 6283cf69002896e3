/** Which names of an image match what somebody types, fast enough for each key over a million names. */
import {
  type ImageModel,
  NONE,
  type PathNode,
  type PathTable,
  ROOT,
} from '../../analysis/index.ts';
import { toBytes } from '../../files/index.ts';

/**
 * A word matches names that contain it, whatever the case. With `*`, `?` or `[…]` it is a glob for whole names. With slashes
 * it matches the end of paths: `bin/ba` everything in a `…bin` directory whose name begins with `ba`, `/etc` from the root.
 */
export class NameSearch {
  readonly #paths: PathTable;
  /** All names in lower case, each with a line end before it. */
  readonly #text: string;
  /** Where in the text the name of a path begins. */
  readonly #starts: Uint32Array;

  constructor({ paths }: ImageModel) {
    this.#paths = paths;
    this.#starts = new Uint32Array(paths.size + 1);
    const names: string[] = [];
    let at = 0;
    for (let node = 0; node < paths.size; node++) {
      const name = paths.name(node);
      this.#starts[node] = at + 1;
      at += name.length + 1;
      names.push(name);
    }
    this.#starts[paths.size] = at + 1;
    this.#text = `\n${names.join('\n').toLowerCase()}`;
  }

  /** @returns by path 1 or 0 */
  matches(query: string): Uint8Array {
    const found = new Uint8Array(this.#paths.size);
    const text = toBytes(query).toLowerCase();
    const parts = text.split('/');
    const last = parts.pop() ?? '';
    if (parts.length === 0 && !isGlob(last)) this.#mark(last, found);
    else this.#markPaths(parts, last, found);
    found[ROOT] = 0;
    return found;
  }

  #mark(word: string, found: Uint8Array): void {
    const starts = this.#starts;
    let node = 0;
    for (let at = this.#text.indexOf(word, 1); at >= 0; at = this.#text.indexOf(word, at)) {
      node = nodeAt(starts, at, node);
      if (node >= found.length) return;
      found[node] = 1;
      at = starts[node + 1] ?? this.#text.length;
      if (at >= this.#text.length) return;
    }
  }

  #markPaths(above: readonly string[], last: string, found: Uint8Array): void {
    const isWhole = isGlob(last);
    const name = pattern(last, above.length > 0 || isWhole, isWhole);
    const parents = above.map((part, index) => pattern(part, index > 0, true)).reverse();
    const fromRoot = above[0] === '';
    if (fromRoot) parents.pop();
    for (let node = 1; node < found.length; node++) {
      if (!name.test(this.#paths.name(node))) continue;
      if (this.#hasParents(node, parents, fromRoot)) found[node] = 1;
    }
  }

  #hasParents(node: PathNode, parents: readonly RegExp[], fromRoot: boolean): boolean {
    let at = this.#paths.parent(node);
    for (const parent of parents) {
      if (at === NONE || at === ROOT || !parent.test(this.#paths.name(at))) return false;
      at = this.#paths.parent(at);
    }
    return !fromRoot || at === ROOT;
  }
}

/** The name that the position lies in, at or after a node. */
function nodeAt(starts: Uint32Array, at: number, from: number): number {
  // Mostly it is one of the next.
  let low = from;
  let step = 1;
  while (low + step < starts.length && (starts[low + step] ?? 0) <= at) {
    low += step;
    step *= 2;
  }
  let high = Math.min(low + step, starts.length - 1);
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle;
  }
  return low;
}

function isGlob(text: string): boolean {
  return /[*?[]/.test(text);
}

/** Names are bytes as latin1; an unfinished `[` is a character like any other. */
function pattern(glob: string, fromStart: boolean, toEnd: boolean): RegExp {
  const source = glob.replace(/\[!?[^\]]+\]|[\s\S]/g, (part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    if (part.length === 1) return part.replace(/[\\^$.|+()[\]{}]/, '\\$&');
    const inner = part.slice(1, -1).replace(/[\\[\]^]/g, '\\$&');
    return inner.startsWith('!') ? `[^${inner.slice(1)}]` : `[${inner}]`;
  });
  try {
    return new RegExp(`${fromStart ? '^' : ''}${source}${toEnd ? '$' : ''}`, 'is');
  } catch {
    // A range such as `[z-a]` that is still being typed.
    return /(?!)/;
  }
}
