/** The files selected at and below one path of a tree, as columns: a COPY of many files keeps no object for each. */
import { EntryTable, type FileEntry, type FileTree, joinPath } from '../../files/index.ts';
import type { SelectedFile, SelectedList } from './selected-files.ts';

export class TreeSelection implements SelectedList {
  readonly #tree: FileTree;
  readonly #top: FileEntry;
  readonly #entries = new EntryTable();
  /** Modes of directories that are only passed through, by their numbers. */
  readonly #passing = new Map<number, number>();

  /** @param top what the paths of the files are relative to */
  constructor(tree: FileTree, top: FileEntry) {
    this.#tree = tree;
    this.#top = top;
  }

  get length(): number {
    return this.#entries.length;
  }

  add(entry: FileEntry, passingMode?: number | undefined): void {
    if (passingMode !== undefined) this.#passing.set(this.length, passingMode);
    this.#entries.add(entry);
  }

  at(number: number): SelectedFile | undefined {
    if (number >= this.length) return undefined;
    const entry = this.#entries.at(number);
    const passingMode = this.#passing.get(number);
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
    const groups = function* (entries: EntryTable): Generator<[number: number, group: number]> {
      for (let number = 0; number < entries.length; number++) {
        const group = entries.linkGroup(number);
        if (group !== undefined) yield [number, group];
      }
    };
    for (const [, group] of groups(this.#entries)) {
      members.set(group, (members.get(group) ?? 0) + 1);
    }
    if (members.size === 0) return;
    for (const [number, group] of groups(this.#entries)) {
      if (members.get(group) === 1) this.#entries.unlink(number);
    }
  }
}
