/**
 * Writes what a process changed in a root file system that is a copy, as the upper directory that overlayfs would have
 * made: new and changed files, whiteouts for what is gone, opaque directories.
 */
import { type BigIntStats, linkSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { fsPath, makeWhiteout, opaqueXattr, setXattr } from '../../system/index.ts';
import { type CopyRights, copyFile, copyMetadata, FILE_TYPE, typeOf } from './copy-file.ts';
import { isSameFile, isUnchanged, type Mark, markOf, sameMode } from './marks.ts';
import { Pace } from './pace.ts';

export interface UpperOptions extends CopyRights {
  readonly root: string;
  /** An empty directory. */
  readonly upper: string;
  readonly before: Mark;
  /** Inodes of files that were moved and moved back: nothing else has changed them. */
  readonly restored: ReadonlySet<bigint>;
  readonly covered: ReadonlySet<string>;
}

/**
 * @returns the marks of the root as it is now
 * @throws errors of `node:fs`; SystemError
 */
export async function writeUpper(options: UpperOptions): Promise<Mark> {
  const stat = lstatSync(fsPath(options.root), { bigint: true });
  const { mark } = await new UpperWriter(options).directory('', stat, options.before);
  copyMetadata(options.root, options.upper, { stat, isRoot: options.isRoot });
  return mark;
}

class UpperWriter {
  readonly #options: UpperOptions;
  readonly #pace = new Pace();
  readonly #made = new Set(['']);
  /** Names of one changed file, by inode → its copy. */
  readonly #links = new Map<bigint, string>();

  constructor(options: UpperOptions) {
    this.#options = options;
  }

  /** @param before undefined if no directory of the layers below is at this path, or it is another one now */
  async directory(
    path: string,
    stat: BigIntStats,
    before: Mark | undefined,
  ): Promise<{ readonly mark: Mark }> {
    const { root, covered } = this.#options;
    const children = new Map<string, Mark>();
    if (!covered.has(path)) {
      const names = readdirSync(fsPath(`${root}/${path}`), { encoding: 'latin1' });
      for (const name of names) {
        const child = path === '' ? name : `${path}/${name}`;
        const known = before?.children?.get(name);
        // What is there is not the image's.
        const mark = covered.has(child) ? known : await this.#entry(child, known);
        if (mark !== undefined) children.set(name, mark);
      }
      for (const name of before?.children?.keys() ?? []) {
        const child = path === '' ? name : `${path}/${name}`;
        if (!children.has(name) && !covered.has(child)) this.#whiteout(child);
      }
    }
    this.#finish(path, stat);
    return { mark: markOf(stat, children) };
  }

  async #entry(path: string, before: Mark | undefined): Promise<Mark | undefined> {
    await this.#pace.step();
    const host = `${this.#options.root}/${path}`;
    const stat = lstatSync(fsPath(host), { bigint: true });
    if (typeOf(stat) === FILE_TYPE.directory) return this.#subdirectory(path, stat, before);
    if (before !== undefined && before.children === undefined && this.#isSame(before, stat)) {
      return markOf(stat);
    }
    // A layer has no sockets, but what a socket replaced is gone.
    if (typeOf(stat) === FILE_TYPE.socket) return undefined;
    this.#file(path, stat);
    return markOf(stat);
  }

  #isSame(before: Mark, stat: BigIntStats): boolean {
    const isRestored = isSameFile(before, stat) && this.#options.restored.has(stat.ino);
    return isRestored || isUnchanged(before, stat);
  }

  async #subdirectory(path: string, stat: BigIntStats, before: Mark | undefined): Promise<Mark> {
    const wasDirectory = before?.children !== undefined;
    const isSame = wasDirectory && isSameFile(before, stat);
    if (!isSame) {
      this.#make(path);
      if (wasDirectory) {
        setXattr(`${this.#options.upper}/${path}`, opaqueXattr(this.#options.flavour), 'y');
      }
    } else if (!sameMode(before, stat)) this.#make(path);
    return (await this.directory(path, stat, isSame ? before : undefined)).mark;
  }

  #file(path: string, stat: BigIntStats): void {
    const { root, upper, isRoot } = this.#options;
    this.#make(parentOf(path));
    const target = `${upper}/${path}`;
    const linked = stat.nlink > 1n ? this.#links.get(stat.ino) : undefined;
    if (linked !== undefined) {
      linkSync(fsPath(linked), fsPath(target));
      return;
    }
    copyFile(`${root}/${path}`, target, { stat, isRoot });
    if (stat.nlink > 1n) this.#links.set(stat.ino, target);
  }

  #whiteout(path: string): void {
    this.#make(parentOf(path));
    makeWhiteout(`${this.#options.upper}/${path}`);
  }

  /** The directory at a path, with those above it. */
  #make(path: string): void {
    if (this.#made.has(path)) return;
    this.#make(parentOf(path));
    mkdirSync(fsPath(`${this.#options.upper}/${path}`), 0o700);
    this.#made.add(path);
  }

  /** When nothing more is made in it. */
  #finish(path: string, stat: BigIntStats): void {
    if (path === '' || !this.#made.has(path)) return;
    const { root, upper, isRoot } = this.#options;
    copyMetadata(`${root}/${path}`, `${upper}/${path}`, { stat, isRoot });
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
