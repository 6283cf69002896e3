/** The files selected at and below one path of a tree, as columns: a COPY of many files keeps no object for each. */
import { EntryTable, type FileEntry, type FileTree, joinPath } from '../../files/index.ts';
import { NumberedEntries, type SelectedEntries } from './numbered-entries.ts';
import type { SelectedFile, SelectedList } from './selected-files.ts';

export class TreeSelection implements SelectedList {
  readonly #tree: FileTree;
  readonly #top: FileEntry;
  readonly #entries: SelectedEntries;
  /** Modes of directories that are only passed through, by their numbers. */
  readonly #passing = new Map<number, number>();

  /** @param top what the paths of the files are relative to */
  constructor(tree: FileTree, top: FileEntry) {
    this.#tree = tree;
    this.#top = top;
    this.#entries = NumberedEntries.of(tree, top) ?? new EntryTable();
  }

  get length(): number {
    return this.#entries.length;
  }

  /**
   * @param entry as it will be, with its path relative to the top
   * @param source the entry of the tree that it was made of
   */
  add(entry: FileEntry, source: FileEntry, passingMode?: number | undefined): void {
    if (passingMode !== undefined) this.#passing.set(this.length, passingMode);
    this.#entries.add(entry, source);
  }

  at(number: number): SelectedFile | undefined {
    if (number >= this.length) return undefined;
    const entry = this.#entries.at(number);
    const passingMode = this.#passing.size === 0 ? undefined : this.#passing.get(number);
    if (passingMode !== undefined || entry.type !== 'file') return { entry, passingMode };
    const source = { ...entry, path: joinPath(this.#top.path, entry.path) };
    return { entry, content: { kind: 'tree', tree: this.#tree, source } };
  }

  *[Symbol.iterator](): Generator<SelectedFile, void, undefined> {
    for (let number = 0; number < this.length; number++) {
      const file = this.at(number);
      if (file !== undefined) yield file;
    }
  }

  /** A file whose other names are not selected is not a hard link here. */
  dropLoneLinks(): void {
    const members = new Map<number, number>();
    const entries = this.#entries;
    for (let number = 0; number < entries.length; number++) {
      const group = entries.linkGroup(number);
      if (group !== undefined) members.set(group, (members.get(group) ?? 0) + 1);
    }
    if (members.size === 0) return;
    for (let number = 0; number < entries.length; number++) {
      const group = entries.linkGroup(number);
      if (group !== undefined && members.get(group) === 1) entries.unlink(number);
    }
  }
}
