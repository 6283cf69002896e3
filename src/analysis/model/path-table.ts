/** Every path of an image once, as a tree of names held in columns. */
import { type BytePath, joinPath } from '../../files/index.ts';
import { integers } from './columns.ts';
import { HashSlots } from './hash-slots.ts';
import { hashOfName, NameTable } from './name-table.ts';

/** A row of a `PathTable`. */
export type PathNode = number;

export const ROOT: PathNode = 0;
/** No path, no version. */
export const NONE = -1;

/** The paths of an image as a tree of names; `ROOT` is the empty path. */
export class PathTable {
  readonly #names = new NameTable();
  readonly #parents = integers();
  readonly #firstChildren = integers();
  readonly #nextSiblings = integers();
  /** Rows by parent and name. */
  readonly #slots = new HashSlots();
  /** The path that was asked for last is most often in the directory of the next one. */
  #lastDirectory: { readonly node: PathNode; readonly path: BytePath } = { node: ROOT, path: '' };

  constructor() {
    this.#push('', NONE);
  }

  get size(): number {
    return this.#parents.length;
  }

  /** The last component of the path. */
  name(node: PathNode): string {
    return this.#names.text(node);
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
    if (node === ROOT) return '';
    const directory = this.parent(node);
    if (this.#lastDirectory.node !== directory) {
      this.#lastDirectory = { node: directory, path: this.#joined(directory) };
    }
    return joinPath(this.#lastDirectory.path, this.name(node));
  }

  /** @returns NONE when no layer has said anything about this path or a path below it */
  find(path: BytePath): PathNode {
    let node = ROOT;
    if (path === '') return node;
    for (const name of path.split('/')) {
      node = this.#find(node, name);
      if (node === NONE) return NONE;
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
    const known = this.#find(parent, name);
    if (known !== NONE) return known;
    const node = this.size;
    this.#push(name, parent);
    this.#nextSiblings.set(node, this.#firstChildren.at(parent));
    this.#firstChildren.set(parent, node);
    return node;
  }

  #push(name: string, parent: PathNode): void {
    this.#slots.add(hashOfName(name, parent));
    this.#names.push(name);
    this.#parents.push(parent);
    this.#firstChildren.push(NONE);
    this.#nextSiblings.push(NONE);
  }

  #find(parent: PathNode, name: string): PathNode {
    const slots = this.#slots;
    slots.seek(hashOfName(name, parent));
    for (let node = slots.next(); node !== NONE; node = slots.next()) {
      if (this.parent(node) === parent && this.#names.is(node, name)) return node;
    }
    return NONE;
  }

  #joined(node: PathNode): BytePath {
    const names: string[] = [];
    for (let at = node; at !== ROOT; at = this.parent(at)) names.push(this.name(at));
    return names.reverse().join('/');
  }
}
