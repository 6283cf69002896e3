/**
 * Root file systems as copies of layers, where the kernel does not stack directories. A copy is kept after a process and
 * serves the next step, which needs the same layers and the one that the process made.
 */
import { lstatSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fsPath } from '../../system/index.ts';
import { applyLower, remove } from './apply-lower.ts';
import type { CopyRights } from './copy-file.ts';
import { type Mark, markTree } from './marks.ts';
import { writeUpper } from './write-upper.ts';

export interface RootCopy {
  /** Latin1 bytes. */
  readonly path: string;
  readonly marks: Mark;
  /** The layers in it, bottom first: `device:inode` of each. */
  readonly layers: readonly string[];
}

/** Copies that are kept for later steps. */
const KEPT = 2;
const TICK_MS = 2;

export interface RootCopiesOptions extends CopyRights {
  /** An empty directory, which is the owner's until the process ends. Latin1 bytes. */
  readonly directory: string;
  /** Paths of directories whose content in the layers is never seen. */
  readonly covered: readonly string[];
}

export class RootCopies {
  readonly #options: RootCopiesOptions;
  readonly #covered: ReadonlySet<string>;
  #kept: RootCopy[] = [];
  #made = 0;

  constructor(options: RootCopiesOptions) {
    this.#options = options;
    this.#covered = new Set(options.covered);
  }

  /**
   * A copy of a stack of layers for one process.
   * @param lowers directories, bottom first
   * @param finish sets what else a new copy has
   */
  async take(lowers: readonly string[], finish: (path: string) => void): Promise<RootCopy> {
    const layers = lowers.map(identity);
    const known = this.#takeKept(layers);
    const path = known?.path ?? this.#newDirectory();
    for (const lower of lowers.slice(known?.layers.length ?? 0)) {
      await applyLower(lower, path, { ...this.#options, covered: this.#covered });
    }
    if (known === undefined) finish(path);
    const isComplete = known?.layers.length === layers.length;
    const marks = isComplete ? known.marks : await markTree(path, this.#covered);
    await this.#waitForTick();
    return { path, marks, layers };
  }

  /**
   * Writes the changes to an upper directory, and keeps the copy with them.
   * @param restored inodes of files that were moved and moved back
   */
  async keep(copy: RootCopy, upper: string, restored: ReadonlySet<bigint>): Promise<void> {
    const marks = await this.write(copy, upper, restored);
    this.#kept.push({ path: copy.path, marks, layers: [...copy.layers, identity(upper)] });
    for (const { path } of this.#kept.splice(0, this.#kept.length - KEPT)) remove(path);
  }

  /** As `keep`, of a copy that serves no other process. @returns the marks of the copy as it is now */
  write(copy: RootCopy, upper: string, restored: ReadonlySet<bigint>): Promise<Mark> {
    const { path: root, marks: before } = copy;
    const covered = this.#covered;
    return writeUpper({ ...this.#options, root, upper, before, restored, covered });
  }

  drop({ path }: RootCopy): void {
    remove(path);
  }

  close(): void {
    remove(this.#options.directory);
  }

  /** The one with most of the layers, and no other. */
  #takeKept(layers: readonly string[]): RootCopy | undefined {
    const fitting = this.#kept.filter((copy) =>
      copy.layers.every((layer, index) => layers[index] === layer),
    );
    const best = fitting.sort((a, b) => a.layers.length - b.layers.length).at(-1);
    this.#kept = this.#kept.filter((copy) => copy !== best);
    return best;
  }

  #newDirectory(): string {
    this.#made += 1;
    const path = `${this.#options.directory}/root-${this.#made}`;
    mkdirSync(fsPath(path), { mode: 0o755 });
    return path;
  }

  /** File systems tell times in ticks: a change in the same tick as the marks would not be seen. */
  async #waitForTick(): Promise<void> {
    const probe = fsPath(`${this.#options.directory}/clock`);
    writeFileSync(probe, '');
    const changed = () => lstatSync(probe, { bigint: true }).ctimeNs;
    const start = changed();
    while (changed() === start) {
      await delay(TICK_MS);
      utimesSync(probe, 0, 0);
    }
  }
}

function identity(directory: string): string {
  const { dev, ino } = lstatSync(fsPath(directory), { bigint: true });
  return `${dev}:${ino}`;
}
