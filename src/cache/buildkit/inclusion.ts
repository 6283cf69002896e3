/** Files that are taken one by one: those that wildcards match, or of which some are left out. */
import { createHash } from 'node:crypto';
import {
  type FileEntry,
  type FileTree,
  type PathPatterns,
  type PatternState,
  resolveInTree,
} from '../../files/index.ts';
import { entryDigest, fileDigest, headerDigest, NoDigest, plainName } from './entry-digest.ts';
import { pathsDigest } from './keys.ts';

interface Included {
  /** Below the part of the path that has no wildcards; each name behind a zero byte. */
  readonly path: string;
  readonly digest: string;
}

interface Below {
  /** Of the directory, as `Included` has it. */
  readonly path: string;
  /** What patterns are relative to. */
  readonly from: string;
  readonly state: PatternState;
}

export class Inclusion {
  readonly #tree: FileTree;
  readonly #exclude: PathPatterns | undefined;
  readonly #included: Included[] = [];

  constructor(tree: FileTree, exclude: PathPatterns | undefined) {
    this.#tree = tree;
    this.#exclude = exclude;
  }

  /** A source, or a match: with what its link points to, a directory with what is in it. */
  async take(entry: FileEntry, path: string): Promise<void> {
    const tree = this.#tree;
    if (entry.type === 'directory') {
      if (entry.path === '') return this.#takeRoot(path);
      return this.#takeDirectory(entry, { path, from: entry.path, state: undefined });
    }
    const isLink = entry.type === 'symlink';
    const behind = isLink ? resolveInTree(tree, entry.path).entry : entry;
    if (behind === undefined) throw new NoDigest();
    this.#included.push({ path, digest: await entryDigest(tree, behind) });
  }

  /** The root of a context has no metadata that is taken: what is in it is taken as sources of their own. */
  async #takeRoot(path: string): Promise<void> {
    if (path !== '') throw new NoDigest();
    for (const child of this.#tree.list('')) {
      const step = this.#exclude?.step(child.path, undefined);
      if (step?.matched === true) continue;
      const below = `\0${plainName(child)}`;
      if (child.type !== 'directory') await this.take(child, below);
      else await this.#takeDirectory(child, { path: below, from: '', state: step?.state });
    }
  }

  async #takeBelow(directory: FileEntry, { path, from, state }: Below): Promise<void> {
    for (const child of this.#tree.list(directory.path)) {
      const below = `${path}\0${plainName(child)}`;
      const relative = from === '' ? child.path : child.path.slice(from.length + 1);
      const step = this.#exclude?.step(relative, state);
      if (step?.matched === true) continue;
      if (child.type === 'directory') {
        await this.#takeDirectory(child, { path: below, from, state: step?.state });
      } else this.#included.push({ path: below, digest: await fileDigest(this.#tree, child) });
    }
  }

  #takeDirectory(directory: FileEntry, below: Below): Promise<void> {
    this.#included.push({ path: below.path, digest: headerDigest(this.#tree, directory) });
    return this.#takeBelow(directory, below);
  }

  /**
   * @param name of the path that was asked for
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
