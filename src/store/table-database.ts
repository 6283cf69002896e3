/** One table of the database: text to JSON, with a checksum over both, since SQLite does not detect flipped bits. */
import { hash } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { databaseError, storeDamaged } from './database-error.ts';

export class TableDatabase {
  readonly name: string;
  readonly #connection: DatabaseSync;
  /** Path of the database, for messages. */
  readonly file: string;
  readonly #statements = new Map<string, StatementSync>();

  constructor(connection: DatabaseSync, file: string, name: string) {
    this.#connection = connection;
    this.file = file;
    this.name = name;
  }

  /** @throws AppError STORE_DAMAGED */
  get(key: string): unknown {
    return this.#guard(() => {
      const row = this.#statement(`SELECT value, sum FROM ${this.name} WHERE key = ?`).get(key);
      return row === undefined ? undefined : this.#decode(key, row.value, row.sum);
    });
  }

  put(key: string, value: unknown): void {
    const text = JSON.stringify(value);
    this.#guard(() =>
      this.#statement(`INSERT OR REPLACE INTO ${this.name} VALUES (?, ?, ?)`).run(
        key,
        text,
        sumOf(key, text),
      ),
    );
  }

  remove(key: string): void {
    this.#guard(() => this.#statement(`DELETE FROM ${this.name} WHERE key = ?`).run(key));
  }

  /** Entries whose keys have a prefix, ordered by key. Read at once: the caller may write while iterating. */
  entries(prefix = ''): [string, unknown][] {
    return this.#guard(() =>
      this.#statement(`SELECT * FROM ${this.name} WHERE key >= ? AND key < ?`)
        .all(prefix, `${prefix}\u{10ffff}`)
        .map(({ key, value, sum }) => [String(key), this.#decode(String(key), value, sum)]),
    );
  }

  #decode(key: string, value: unknown, sum: unknown): unknown {
    if (typeof value !== 'string' || sumOf(key, value) !== sum) {
      throw storeDamaged(`${this.file}: a row of '${this.name}' is damaged`);
    }
    return JSON.parse(value);
  }

  #statement(text: string): StatementSync {
    const known = this.#statements.get(text) ?? this.#connection.prepare(text);
    this.#statements.set(text, known);
    return known;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw databaseError(this.file, error);
    }
  }
}

/** 64 bits suffice against accidental damage. */
export function sumOf(key: string, value: string): string {
  return hash('sha256', `${key}\n${value}`, 'base64').slice(0, 11);
}
