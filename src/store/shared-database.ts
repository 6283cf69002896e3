/**
 * A store's database is opened once in a process, however many stores are open on it: opening it again would wait on
 * the main thread for a writer that itself waits for the main thread.
 */
import { statSync } from 'node:fs';
import type { RootDatabase } from 'lmdb';
import { openDatabase, type TableDatabase } from './database.ts';

interface Opened {
  readonly env: RootDatabase<unknown, string>;
  readonly tables: Map<string, TableDatabase>;
  users: number;
}

/** By device and inode of the directory: one directory may have several names, and a name several directories. */
const opened = new Map<string, Opened>();

export class SharedDatabase {
  readonly #key: string;
  readonly #opened: Opened;

  private constructor(key: string, shared: Opened) {
    this.#key = key;
    this.#opened = shared;
    shared.users++;
  }

  /**
   * @param directory exists
   * @throws AppError STORE_DAMAGED, STORE_UNAVAILABLE
   */
  static open(directory: string): SharedDatabase {
    const { dev, ino } = statSync(directory, { bigint: true });
    const key = `${dev}:${ino}`;
    const shared = opened.get(key) ?? { env: openDatabase(directory), tables: new Map(), users: 0 };
    opened.set(key, shared);
    return new SharedDatabase(key, shared);
  }

  get env(): RootDatabase<unknown, string> {
    return this.#opened.env;
  }

  table(name: string): TableDatabase {
    const { env, tables } = this.#opened;
    const table = tables.get(name) ?? env.openDB<unknown, string>(name, { encoding: 'json' });
    tables.set(name, table);
    return table;
  }

  /** Closes the database itself when nobody else has it open. To be called once. */
  async close(): Promise<void> {
    if (--this.#opened.users > 0) return;
    opened.delete(this.#key);
    await this.#opened.env.close();
  }
}
