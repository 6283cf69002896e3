/** Counts the content of hard links once. */
import { NONE } from './path-table.ts';
import type { Version, VersionTable } from './version-table.ts';

/** The groups of hard links that have been seen. Groups are numbered in each layer. */
export class LinkGroups {
  readonly #versions: VersionTable;
  readonly #seen = new Map<number, Set<number>>();

  constructor(versions: VersionTable) {
    this.#versions = versions;
  }

  /** Whether a version was seen that is a hard link of this one. From now on, this one was seen. */
  isFurther(version: Version): boolean {
    const group = this.#versions.linkGroup(version);
    if (group === NONE) return false;
    const layer = this.#versions.layer(version);
    const groups = this.#seen.get(layer) ?? new Set();
    if (groups.has(group)) return true;
    this.#seen.set(layer, groups.add(group));
    return false;
  }
}
