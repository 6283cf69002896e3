import type { Journal, Needs, Write } from './journal.ts';
import type { TableDatabase } from './table-database.ts';

/** A table of the database as this process sees it: including its pending writes. */
export class Table<V> {
  readonly #database: TableDatabase;
  readonly #journal: Journal;
  readonly #isDerived: boolean;
  /** The newest pending write of each key. */
  readonly #pending = new Map<string, Write>();

  /** @param isDerived whether the values can be computed again */
  constructor(database: TableDatabase, journal: Journal, isDerived = false) {
    this.#isDerived = isDerived;
    this.#database = database;
    this.#journal = journal;
  }

  get(key: string): V | undefined {
    const write = this.#pending.get(key);
    // The values are those that were put: only this class writes to the table.
    return (write ? write.value : this.#database.get(key)) as V | undefined;
  }

  /** The value that all processes see; inside a transaction, including its own writes. */
  getCommitted(key: string): V | undefined {
    return this.#database.get(key) as V | undefined;
  }

  /** Visible in this process at once, to others with the next batch, when `settled` is called. */
  put(key: string, value: V, needs?: Needs, settled?: () => void): void {
    if (settled === undefined && sameJson(this.get(key), value)) return;
    this.#write(key, value, { needs, settled });
  }

  /** As `put`; calls `settled` when others can see the value. */
  putThen(key: string, value: V, settled: () => void): void {
    this.#write(key, value, { settled });
  }

  /** @param onlyIf evaluated when it is written, inside the transaction */
  delete(key: string, onlyIf?: () => boolean): void {
    if (this.get(key) !== undefined) this.#write(key, undefined, { onlyIf });
  }

  /** All entries, ordered by key, except pending ones, which come last. */
  *entries(prefix = ''): IterableIterator<[string, V]> {
    for (const [key, value] of this.#database.entries(prefix)) {
      if (!this.#pending.has(key)) yield [key, value as V];
    }
    for (const [key, { value }] of [...this.#pending]) {
      if (value !== undefined && key.startsWith(prefix)) yield [key, value as V];
    }
  }

  /** Call inside a transaction: removes at once. */
  removeNow(key: string): void {
    this.#database.remove(key);
  }

  /** Call inside a transaction: the current entries. */
  *committedEntries(): IterableIterator<[string, V]> {
    for (const [key, value] of this.#database.entries()) yield [key, value as V];
  }

  #write(key: string, value: V | undefined, { needs, onlyIf, settled }: WriteOptions): void {
    const write: Write = {
      table: this.#database,
      key,
      value,
      needs,
      onlyIf,
      isDerived: this.#isDerived,
      settled: () => {
        if (this.#pending.get(key) === write) this.#pending.delete(key);
        settled?.();
      },
    };
    this.#journal.add(write);
    this.#pending.set(key, write);
  }
}

interface WriteOptions {
  readonly needs?: Needs | undefined;
  readonly onlyIf?: (() => boolean) | undefined;
  readonly settled?: (() => void) | undefined;
}

function sameJson(a: unknown, b: unknown): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}
