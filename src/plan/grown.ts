/**
 * A list that grows at its end, while holders of an earlier state keep that. Adding takes constant time: states share
 * one array, of which each sees only its own beginning.
 */
export class Grown<T> {
  readonly #items: T[];
  readonly #length: number;

  private constructor(items: T[], length: number) {
    this.#items = items;
    this.#length = length;
  }

  static of<T>(...items: readonly T[]): Grown<T> {
    return new Grown([...items], items.length);
  }

  get length(): number {
    return this.#length;
  }

  /** The list with more at its end. */
  plus(more: readonly T[]): Grown<T> {
    // Something else was added after this state: the array can no longer be extended for it.
    const isLatest = this.#items.length === this.#length;
    const items = isLatest ? this.#items : this.#items.slice(0, this.#length);
    for (const item of more) items.push(item);
    return new Grown(items, items.length);
  }

  toArray(): readonly T[] {
    return this.#items.slice(0, this.#length);
  }
}
