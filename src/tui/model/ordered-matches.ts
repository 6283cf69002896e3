import { NONE, type PathNode } from '../../analysis/index.ts';
import type { FileTree } from './file-tree.ts';

/** Matches in the order of the tree; only directories that have some are sorted. */
export class OrderedMatches {
  readonly #tree: FileTree;
  readonly #matches: Uint8Array;
  /** Matches in and below a path. */
  readonly #counts: Int32Array;

  constructor(tree: FileTree, matches: Uint8Array, counts: Int32Array) {
    this.#tree = tree;
    this.#matches = matches;
    this.#counts = counts;
  }

  /** @param way the paths from the top down to where to start, which itself does not count */
  after(way: readonly PathNode[]): PathNode {
    const last = way.at(-1) ?? 0;
    const inside = this.#first(last);
    if (inside !== NONE && inside !== last) return inside;
    for (let depth = way.length - 1; depth >= 0; depth--) {
      const siblings = this.#tree.children(way[depth - 1] ?? 0);
      const at = siblings.indexOf(way[depth] ?? 0);
      for (const sibling of siblings.subarray(at + 1)) {
        if ((this.#counts[sibling] ?? 0) > 0) return this.#firstIn(sibling);
      }
    }
    return this.#first(0);
  }

  before(way: readonly PathNode[]): PathNode {
    for (let depth = way.length - 1; depth >= 0; depth--) {
      const siblings = this.#tree.children(way[depth - 1] ?? 0);
      const at = siblings.indexOf(way[depth] ?? 0);
      for (let index = at - 1; index >= 0; index--) {
        const sibling = siblings[index] ?? 0;
        if ((this.#counts[sibling] ?? 0) > 0) return this.#lastIn(sibling);
      }
      const up = way[depth - 1];
      if (up !== undefined && this.#matches[up] === 1) return up;
    }
    return (this.#counts[0] ?? 0) > 0 ? this.#lastIn(0) : NONE;
  }

  #firstIn(node: PathNode): PathNode {
    return this.#matches[node] === 1 ? node : this.#first(node);
  }

  /** Below the path. */
  #first(node: PathNode): PathNode {
    for (const child of this.#tree.children(node)) {
      if ((this.#counts[child] ?? 0) > 0) return this.#firstIn(child);
    }
    return NONE;
  }

  #lastIn(node: PathNode): PathNode {
    const children = this.#tree.children(node);
    for (let at = children.length - 1; at >= 0; at--) {
      const child = children[at] ?? 0;
      if ((this.#counts[child] ?? 0) > 0) return this.#lastIn(child);
    }
    return node;
  }
}
