/** Entries of a tree that numbers its own: their numbers, and what the selection changes of them. */
import type { FileEntry, FileTree } from '../../files/index.ts';

type NumberedTree = FileTree & Required<Pick<FileTree, 'numberOf' | 'entryOf'>>;

/** Entries that there is room for at first. */
const FIRST = 64;
/** Owner 0:0 instead of the source's. */
const IS_ROOTS = 1;

/** Lists of selected entries, with paths relative to the top of the selection. */
export interface SelectedEntries {
  readonly length: number;
  /** @param source the entry of the tree that it was made of, with the same path */
  add(entry: FileEntry, source: FileEntry): void;
  at(number: number): FileEntry;
  linkGroup(number: number): number | undefined;
  /** Takes an entry out of its link group. */
  unlink(number: number): void;
}

export class NumberedEntries implements SelectedEntries {
  readonly #tree: NumberedTree;
  /** Characters of a path above the top, with the slash. */
  readonly #above: number;
  #length = 0;
  #numbers = new Uint32Array(FIRST);
  #modes = new Uint16Array(FIRST);
  #flags = new Uint8Array(FIRST);
  readonly #groups = new Map<number, number>();
  readonly #xattrs = new Map<number, FileEntry['xattrs']>();

  private constructor(tree: NumberedTree, top: FileEntry) {
    this.#tree = tree;
    this.#above = top.path === '' ? 0 : top.path.length + 1;
  }

  /** @returns undefined for trees without numbers */
  static of(tree: FileTree, top: FileEntry): NumberedEntries | undefined {
    return isNumbered(tree) ? new NumberedEntries(tree, top) : undefined;
  }

  get length(): number {
    return this.#length;
  }

  add(entry: FileEntry, source: FileEntry): void {
    const number = this.#tree.numberOf(source);
    if (number === undefined) throw new Error(`no entry at ${JSON.stringify(source.path)}`);
    const at = this.#length++;
    if (at === this.#numbers.length) this.#grow();
    this.#numbers[at] = number;
    this.#modes[at] = entry.mode;
    const isRoots = entry.uid === 0 && entry.gid === 0;
    this.#flags[at] = isRoots ? IS_ROOTS : 0;
    if (entry.linkGroup !== undefined) this.#groups.set(at, entry.linkGroup);
    if (entry.xattrs !== undefined) this.#xattrs.set(at, entry.xattrs);
  }

  at(at: number): FileEntry {
    const source = this.#tree.entryOf(this.#numbers[at] ?? 0);
    const isRoots = this.#flags[at] === IS_ROOTS;
    return {
      path: this.#above === 0 ? source.path : source.path.slice(this.#above),
      type: source.type,
      mode: this.#modes[at] ?? 0,
      uid: isRoots ? 0 : source.uid,
      gid: isRoots ? 0 : source.gid,
      size: source.size,
      mtime: source.mtime,
      mtimeNs: source.mtimeNs,
      linkTarget: source.linkTarget,
      linkGroup: this.linkGroup(at),
      devMajor: source.devMajor,
      devMinor: source.devMinor,
      xattrs: this.#xattrs.size === 0 ? undefined : this.#xattrs.get(at),
    };
  }

  linkGroup(at: number): number | undefined {
    return this.#groups.size === 0 ? undefined : this.#groups.get(at);
  }

  unlink(at: number): void {
    this.#groups.delete(at);
  }

  #grow(): void {
    const length = 2 * this.#numbers.length;
    const [numbers, modes, flags] = [this.#numbers, this.#modes, this.#flags];
    this.#numbers = new Uint32Array(length);
    this.#numbers.set(numbers);
    this.#modes = new Uint16Array(length);
    this.#modes.set(modes);
    this.#flags = new Uint8Array(length);
    this.#flags.set(flags);
  }
}

function isNumbered(tree: FileTree): tree is NumberedTree {
  return tree.numberOf !== undefined && tree.entryOf !== undefined;
}
