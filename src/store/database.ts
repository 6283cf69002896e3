/**
 * The database of a store: SQLite with a write-ahead log, with a key-to-JSON table for each kind of record. Calls are
 * synchronous and short; waiting for other processes happens between them.
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
import { syncDirectory } from './sync-directory.ts';
import { TableDatabase } from './table-database.ts';

/** Milliseconds that SQLite waits: readers are blocked only while a log is recovered or removed. */
const READ_TIMEOUT = 10_000;
/** Milliseconds that SQLite waits before a writer yields to this process's other work. */
const WRITE_TIMEOUT = 20;
/** Transactions are short. */
const BUSY = { longestMs: 100 };
/** Milliseconds to wait for a database that another process holds. */
const GIVE_UP = 60_000;

export class Database {
  readonly file: string;
  readonly #connection: DatabaseSync;
  readonly #tables = new Map<string, TableDatabase>();
  readonly #hasLog: boolean;

  /** @param hasLog whether there is a write-ahead log: there is none if the file system has no shared memory */
  private constructor(file: string, connection: DatabaseSync, hasLog: boolean) {
    this.file = file;
    this.#connection = connection;
    this.#hasLog = hasLog;
  }

  /**
   * Opens the database of a store; creates it if missing.
   * @param directory must exist
   * @param mayBeNew called if there is none
   * @throws AppError STORE_DAMAGED, STORE_BUSY, STORE_WRITE_FAILED
   */
  static async open(directory: string, mayBeNew = () => true): Promise<Database> {
    const file = `${directory}/${DATABASE_FILE}`;
    const deadline = Date.now() + GIVE_UP;
    for (const backoff = new Backoff(BUSY); ; await backoff.pause()) {
      try {
        let isNew = false;
        const { connection, hasLog } = prepareDatabase(file, () => {
          isNew = mayBeNew();
          return isNew;
        });
        // Else a power cut could take the whole database away from what it names.
        if (isNew) syncDirectory(directory);
        connection.exec(`PRAGMA busy_timeout = ${READ_TIMEOUT}`);
        return new Database(file, connection, hasLog);
      } catch (error) {
        // A full disk has no space even for the readers' shared memory.
        const hasSpace = isDiskFull(error) && spendReserve(directory);
        if (!hasSpace && (!isBusy(error) || Date.now() > deadline))
          throw databaseError(file, error);
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
      connection.exec(`PRAGMA busy_timeout = ${READ_TIMEOUT}`);
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
   * Runs `work` as the only writer, after other processes have finished writing. Others see its writes when it returns;
   * if it throws, they are rolled back.
   * @throws AppError STORE_…; AbortedError while waiting; what `work` throws
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
   * @returns undefined if another process is writing
   */
  tryTransaction<T>(work: () => T): { readonly result: T } | undefined {
    if (this.#begin('FULL') !== true) return undefined;
    try {
      return { result: this.#complete(work) };
    } finally {
      this.#setSynchronous(this.#hasLog ? 'NORMAL' : 'FULL');
    }
  }

  /** Waits until all writes are on the disk. */
  async flushed(): Promise<void> {
    if (!this.#hasLog) return;
    try {
      await using log = await open(`${this.file}-wal`, 'r+');
      await log.datasync();
    } catch (error) {
      // Nothing was written, or it is in the database file by now.
      if (!hasErrorCode(error, 'ENOENT')) throw error;
    }
  }

  /** Call once. The last process moves the log into the database. */
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
      connection.exec(`PRAGMA busy_timeout = ${WRITE_TIMEOUT}; BEGIN IMMEDIATE`);
      return true;
    } catch (error) {
      if (isBusy(error)) return { busy: error };
      throw databaseError(this.file, error);
    } finally {
      connection.exec(`PRAGMA busy_timeout = ${READ_TIMEOUT}`);
    }
  }

  #complete<T>(work: () => T): T {
    try {
      const result = work();
      this.#connection.exec('COMMIT');
      return result;
    } catch (error) {
      // After some failures, such as a full disk, SQLite has rolled back by itself.
      if (this.#connection.isTransaction) this.#connection.exec('ROLLBACK');
      throw databaseError(this.file, error);
    }
  }

  #setSynchronous(level: 'NORMAL' | 'FULL'): void {
    this.#connection.exec(`PRAGMA synchronous = ${level}`);
  }
}
