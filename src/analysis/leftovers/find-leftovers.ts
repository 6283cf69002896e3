import type { BytePath } from '../../files/index.ts';
import { type ImageModel, LinkGroups, type PathNode, type PathTable } from '../model/index.ts';
import {
  type LeftoverKind,
  leftoverOf,
  mayHoldLeftovers,
  mayNameLeftover,
} from './leftover-kind.ts';

export interface Leftovers {
  readonly kind: LeftoverKind;
  /** Bytes of the visible files; hard links count once. */
  readonly bytes: number;
  /** Directories that can go as a whole, and single files. Sorted. */
  readonly paths: readonly BytePath[];
}

/** @returns largest first; only kinds of which there is something */
export function findLeftovers(model: ImageModel): Leftovers[] {
  const { versions } = model;
  const found = new Map<LeftoverKind, { bytes: number; readonly paths: Set<BytePath> }>();
  const links = new LinkGroups(versions);
  const hints = new Hints(model.paths);
  for (const version of model.visible()) {
    if (versions.isDirectory(version) || !hints.mayBe(versions.node(version))) continue;
    const leftover = leftoverOf(model.path(version));
    if (leftover === undefined) continue;
    const kind = found.get(leftover.kind) ?? { bytes: 0, paths: new Set() };
    found.set(leftover.kind, kind);
    kind.paths.add(leftover.root);
    if (links.isFurther(version)) continue;
    kind.bytes += versions.size(version);
  }
  return [...found]
    .map(([kind, { bytes, paths }]) => ({ kind, bytes, paths: [...paths].sort() }))
    .sort((a, b) => b.bytes - a.bytes || (a.kind < b.kind ? -1 : 1));
}

/** Tells of most files that they are no leftovers without their paths: files of one directory mostly come together. */
class Hints {
  readonly #paths: PathTable;
  #directory: PathNode | undefined;
  #mayHold = false;

  constructor(paths: PathTable) {
    this.#paths = paths;
  }

  mayBe(file: PathNode): boolean {
    const directory = this.#paths.parent(file);
    if (directory !== this.#directory) {
      this.#directory = directory;
      this.#mayHold = mayHoldLeftovers(this.#paths.path(directory));
    }
    return this.#mayHold || mayNameLeftover(this.#paths.name(file));
  }
}
