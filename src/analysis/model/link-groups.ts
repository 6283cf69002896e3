/** Counts the content of hard links once. */
import { NONE } from './path-table.ts';
import type { Version, VersionTable } from './version-table.ts';

/** Layers number their groups of hard links, each from the start: here groups have one number in all layers. */
export class LinkNumbers {
  readonly #versions: VersionTable;
  readonly #byLayer: Map<number, number>[] = [];
  /** Files that are in no group of their own layer, but have hard links in higher ones. */
  readonly #byOwner = new Map<Version, number>();
  #next = 0;

  constructor(versions: VersionTable) {
    this.#versions = versions;
  }

  /** A number that hard links of one file share; NONE for a file with one name. */
  of(version: Version): number {
    const owner = this.#versions.owner(version);
    const group = this.#versions.linkGroup(owner);
    if (group === NONE) {
      const isLinked = this.#versions.linksAbove(owner).length > 0;
      return isLinked ? this.#number(this.#byOwner, owner) : NONE;
    }
    const layer = this.#versions.layer(owner);
    const groups = this.#byLayer[layer] ?? new Map();
    this.#byLayer[layer] = groups;
    return this.#number(groups, group);
  }

  #number(numbers: Map<number, number>, key: number): number {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, this.#next);
    return this.#next++;
  }
}

/** The groups of hard links that have been seen. */
export class LinkGroups {
  readonly #numbers: LinkNumbers;
  readonly #seen = new Set<number>();

  constructor(versions: VersionTable) {
    this.#numbers = new LinkNumbers(versions);
  }

  /** Whether a version was seen that is a hard link of this one. From now on, this one was seen. */
  isFurther(version: Version): boolean {
    const number = this.#numbers.of(version);
    if (number === NONE) return false;
    if (this.#seen.has(number)) return true;
    this.#seen.add(number);
    return false;
  }
}
