/** Files taken one by one: matches of wildcards, or directories of which some files are left out. */
import { createHash } from 'node:crypto';
import {
  type FileEntry,
  type FileTree,
  type PathPatterns,
  type PatternState,
  resolveInTree,
} from '../../files/index.ts';
import { entryDigest, headerDigest, NoDigest, plainName } from './entry-digest.ts';
import { pathsDigest } from './keys.ts';

interface Included {
  /** Below the part of the path without wildcards; each name after a zero byte. */
  readonly path: string;
  readonly digest: string;
}

export interface Filter {
  /** Undefined: everything. */
  readonly include: PathPatterns | undefined;
  /** Undefined: nothing. */
  readonly exclude: PathPatterns | undefined;
}

interface Below {
  /** Of the directory, as in `Included`. */
  readonly path: string;
  /** Patterns are relative to it. */
  readonly from: string;
  readonly included: PatternState;
  readonly excluded: PatternState;
}

export class Inclusion {
  readonly #tree: FileTree;
  readonly #filter: Filter;
  readonly #included: Included[] = [];
  /** Parent directories, taken with the first file in them that is taken. */
  readonly #passing: Included[] = [];

  constructor(tree: FileTree, filter: Filter) {
    this.#tree = tree;
    this.#filter = filter;
  }

  /** A source, or a match: with the target of its link; a directory with everything in it. */
  async take(entry: FileEntry, path: string): Promise<void> {
    const start = { path, from: entry.path, included: undefined, excluded: undefined };
    if (entry.type !== 'directory') {
      // Patterns apply below a source.
      return this.#filter.include === undefined ? this.#takeFile(entry, path, true) : undefined;
    }
    // The root of a context has no metadata: its entries are sources of their own.
    if (entry.path === '' && path !== '') throw new NoDigest();
    if (entry.path === '') return this.#takeBelow(entry, start);
    return this.#takeDirectory(entry, start, this.#filter.include === undefined);
  }

  async #takeBelow(directory: FileEntry, { path, from, ...states }: Below): Promise<void> {
    for (const child of this.#tree.list(directory.path)) {
      const relative = from === '' ? child.path : child.path.slice(from.length + 1);
      const excluded = this.#filter.exclude?.step(relative, states.excluded);
      const included = this.#filter.include?.step(relative, states.included);
      if (excluded?.matched === true) continue;
      const isTaken = included?.matched ?? true;
      const below = {
        ...{ path: `${path}\0${plainName(child)}`, from },
        ...{ included: included?.state, excluded: excluded?.state },
      };
      if (child.type === 'directory') await this.#takeDirectory(child, below, isTaken);
      else if (isTaken) await this.#takeFile(child, below.path, directory.path === '');
    }
  }

  async #takeDirectory(directory: FileEntry, below: Below, isTaken: boolean): Promise<void> {
    const before = this.#passing.length;
    this.#passing.push({ path: below.path, digest: headerDigest(this.#tree, directory) });
    if (isTaken) this.#takePassing();
    await this.#takeBelow(directory, below);
    this.#passing.length = Math.min(this.#passing.length, before);
  }

  #takePassing(): void {
    this.#included.push(...this.#passing.splice(0));
  }

  async #takeFile(entry: FileEntry, path: string, follows: boolean): Promise<void> {
    this.#takePassing();
    const isLink = follows && entry.type === 'symlink';
    const behind = isLink ? resolveInTree(this.#tree, entry.path).entry : entry;
    if (behind === undefined) throw new NoDigest();
    this.#included.push({ path, digest: await entryDigest(this.#tree, behind) });
  }

  /**
   * @param name of the requested path
   * @param start the name of its part without wildcards
   */
  digest(name: string, start: string): string {
    const [only, ...others] = this.#included;
    if (only === undefined) return pathsDigest([]);
    const ownName = only.path === '' ? start : only.path.slice(only.path.lastIndexOf('\0') + 1);
    if (others.length === 0 && ownName === name) return only.digest;
    const digest = createHash('sha256');
    for (const { path, digest: own } of this.#included) {
      digest.update(path === '' ? '\0' : path, 'latin1').update(own);
    }
    return `sha256:${digest.digest('hex')}`;
  }
}
