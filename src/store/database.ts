/**
 * The database of a store: SQLite with a write-ahead log, a table of texts and JSON for each kind of record. Calls are
 * synchronous and short. Whatever has to wait for other processes waits between calls, not in them.
 */
import { open } from 'node:fs/promises';
import type { DatabaseSync } from 'node:sqlite';
import { Backoff } from '../concurrency/index.ts';
import { AbortedError } from '../errors.ts';
import { hasErrorCode } from '../system/index.ts';
import { databaseError, isBusy, isDiskFull } from './database-error.ts';
import { DATABASE_FILE, prepareDatabase } from './database-format.ts';
import { openReadOnlyDatabase } from './read-only-database.ts';
import { spendReserve } from './reserve.ts';
import { TableDatabase } from './table-database.ts';

/** Waited for in SQLite: a reader meets a lock only while a log is recovered or removed. */
const READ_PATIENCE = 10_000;
/** Waited for in SQLite before a writer gives way to this process's other work. */
const WRITE_PATIENCE = 20;
/** Transactions are short. */
const BUSY = { longestMs: 100 };
/** Milliseconds until a database that another process holds is given up. */
const GIVE_UP = 60_000;

export class Database {
  readonly file: string;
  readonly #connection: DatabaseSync;
  readonly #tables = new Map<string, TableDatabase>();
  readonly #hasLog: boolean;

  /** @param hasLog whether there is a write-ahead log: where files cannot be shared as memory there is none */
  private constructor(file: string, connection: DatabaseSync, hasLog: boolean) {
    this.file = file;
    this.#connection = connection;
    this.#hasLog = hasLog;
  }

  /**
   * Opens the database of a store, making it when absent.
   * @param directory exists
   * @param mayBeNew asked when there is none
   * @throws AppError STORE_DAMAGED, STORE_BUSY, STORE_WRITE_FAILED
   */
  static async open(directory: string, mayBeNew = () => true): Promise<Database> {
    const file = `${directory}/${DATABASE_FILE}`;
    const deadline = Date.now() + GIVE_UP;
    for (const backoff = new Backoff(BUSY); ; await backoff.pause()) {
      try {
        const { connection, hasLog } = prepareDatabase(file, mayBeNew);
        connection.exec(`PRAGMA busy_timeout = ${READ_PATIENCE}`);
        return new Database(file, connection, hasLog);
      } catch (error) {
        // A full disk has no room even for the memory that readers share.
        const hasRoom = isDiskFull(error) && spendReserve(directory);
        if (!hasRoom && (!isBusy(error) || Date.now() > deadline)) throw databaseError(file, error);
      }
    }
  }

  /**
   * Opens a database that cannot be written.
   * @throws AppError STORE_DAMAGED
   */
  static openReadOnly(directory: string): Database {
    const file = `${directory}/${DATABASE_FILE}`;
    try {
      const connection = openReadOnlyDatabase(file);
      connection.exec(`PRAGMA busy_timeout = ${READ_PATIENCE}`);
      return new Database(file, connection, false);
    } catch (error) {
      throw databaseError(file, error);
    }
  }

  table(name: string): TableDatabase {
    const table = this.#tables.get(name) ?? new TableDatabase(this.#connection, this.file, name);
    this.#tables.set(name, table);
    return table;
  }

  /**
   * Runs `work` beside no other writer, once other processes have ended their writing. What it writes is seen by others
   * when it has ended, or not at all when it throws.
   * @throws AppError STORE_…; AbortedError while it waits; what `work` throws
   */
  async transaction<T>(work: () => T, signal?: AbortSignal): Promise<T> {
    const deadline = Date.now() + GIVE_UP;
    if (signal?.aborted) throw new AbortedError();
    for (const backoff = new Backoff(BUSY); ; await backoff.pause(signal)) {
      const begun = this.#begin();
      if (begun === true) return this.#complete(work);
      if (Date.now() > deadline) throw databaseError(this.file, begun.busy);
    }
  }

  /**
   * As `transaction`, at once and durably.
   * @returns undefined when another process is writing
   */
  tryTransaction<T>(work: () => T): { readonly result: T } | undefined {
    if (this.#begin('FULL') !== true) return undefined;
    try {
      return { result: this.#complete(work) };
    } finally {
      this.#setSynchronous(this.#hasLog ? 'NORMAL' : 'FULL');
    }
  }

  /** Waits until what was written is on the disk. */
  async flushed(): Promise<void> {
    if (!this.#hasLog) return;
    try {
      await using log = await open(`${this.file}-wal`, 'r+');
      await log.datasync();
    } catch (error) {
      // Nothing was written, or it is in the database itself by now.
      if (!hasErrorCode(error, 'ENOENT')) throw error;
    }
  }

  /** To be called once. The last of all processes puts what the log holds into the database. */
  close(): void {
    try {
      this.#connection.close();
    } catch (error) {
      throw databaseError(this.file, error);
    }
  }

  #begin(synchronous?: 'FULL'): true | { readonly busy: unknown } {
    const connection = this.#connection;
    try {
      if (synchronous !== undefined) this.#setSynchronous(synchronous);
      connection.exec(`PRAGMA busy_timeout = ${WRITE_PATIENCE}; BEGIN IMMEDIATE`);
      return true;
    } catch (error) {
      if (isBusy(error)) return { busy: error };
      throw databaseError(this.file, error);
    } finally {
      connection.exec(`PRAGMA busy_timeout = ${READ_PATIENCE}`);
    }
  }

  #complete<T>(work: () => T): T {
    try {
      const result = work();
      this.#connection.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite itself has undone it after some failures, such as that of a full disk.
      if (this.#connection.isTransaction) this.#connection.exec('ROLLBACK');
      throw databaseError(this.file, error);
    }
  }

  #setSynchronous(level: 'NORMAL' | 'FULL'): void {
    this.#connection.exec(`PRAGMA synchronous = ${level}`);
  }
}
