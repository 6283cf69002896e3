/** Every path of an image once, as a tree of names held in columns. */
import type { BytePath } from '../../files/index.ts';
import { integers } from './columns.ts';

/** A row of a `PathTable`. */
export type PathNode = number;

export const ROOT: PathNode = 0;
/** No path, no version. */
export const NONE = -1;

const FIRST_SLOTS = 4096;

/** The paths of an image as a tree of names; `ROOT` is the empty path. */
export class PathTable {
  readonly #names: string[] = [''];
  readonly #parents = integers();
  readonly #firstChildren = integers();
  readonly #nextSiblings = integers();
  /** Open addressing: rows by parent and name. */
  #slots = new Int32Array(FIRST_SLOTS).fill(NONE);

  constructor() {
    this.#parents.push(NONE);
    this.#firstChildren.push(NONE);
    this.#nextSiblings.push(NONE);
  }

  get size(): number {
    return this.#names.length;
  }

  /** The last component of the path. */
  name(node: PathNode): string {
    return this.#names[node] ?? '';
  }

  /** The directory of the path; NONE for `ROOT`. */
  parent(node: PathNode): PathNode {
    return this.#parents.at(node);
  }

  /** In no order. */
  *children(node: PathNode): Generator<PathNode> {
    for (let child = this.firstChild(node); child !== NONE; child = this.nextSibling(child)) {
      yield child;
    }
  }

  /** The first path in a directory, or NONE. */
  firstChild(node: PathNode): PathNode {
    return this.#firstChildren.at(node);
  }

  /** The next path in the same directory, or NONE. */
  nextSibling(node: PathNode): PathNode {
    return this.#nextSiblings.at(node);
  }

  /** The whole path, without a leading slash. */
  path(node: PathNode): BytePath {
    const names: string[] = [];
    for (let at = node; at !== ROOT; at = this.parent(at)) names.push(this.name(at));
    return names.reverse().join('/');
  }

  /** @returns NONE when no layer has said anything about this path or a path below it */
  find(path: BytePath): PathNode {
    let node = ROOT;
    if (path === '') return node;
    for (const name of path.split('/')) {
      const child = this.#slots[this.#slot(node, name)] ?? NONE;
      if (child === NONE) return NONE;
      node = child;
    }
    return node;
  }

  /** Adds the path and those above it where they are missing. */
  add(path: BytePath): PathNode {
    let node = ROOT;
    if (path === '') return node;
    for (const name of path.split('/')) node = this.child(node, name);
    return node;
  }

  /** Adds the name to a directory unless it is there. */
  child(parent: PathNode, name: string): PathNode {
    const slot = this.#slot(parent, name);
    const known = this.#slots[slot] ?? NONE;
    if (known !== NONE) return known;
    const node = this.#names.length;
    this.#names.push(name);
    this.#parents.push(parent);
    this.#firstChildren.push(NONE);
    this.#nextSiblings.push(this.#firstChildren.at(parent));
    this.#firstChildren.set(parent, node);
    this.#slots[slot] = node;
    if (this.#names.length * 2 > this.#slots.length) this.#grow();
    return node;
  }

  #slot(parent: PathNode, name: string): number {
    const mask = this.#slots.length - 1;
    for (let slot = hashOf(parent, name) & mask; ; slot = (slot + 1) & mask) {
      const node = this.#slots[slot] ?? NONE;
      if (node === NONE) return slot;
      if (this.#parents.at(node) === parent && this.#names[node] === name) return slot;
    }
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(NONE);
    for (let node = 1; node < this.#names.length; node++) {
      this.#slots[this.#slot(this.parent(node), this.name(node))] = node;
    }
  }
}

function hashOf(parent: PathNode, name: string): number {
  let hash = Math.imul(parent, 0x9e3779b1) ^ name.length;
  for (let at = 0; at < name.length; at++) {
    hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  }
  return hash ^ (hash >>> 15);
}
