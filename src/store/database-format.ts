/** The format of a store's database, and its creation. */
import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { loadSqlite } from '../system/index.ts';
import { storeDamaged } from './database-error.ts';

export const DATABASE_FILE = 'store.db';

/** Version of the tables; the version of the whole store is in the file `version`. */
const FORMAT = 1;
/** Identifies the database for SQLite's tools and `file`: "Lami". */
const APPLICATION_ID = 0x4c616d69;

export const TABLES = [
  'layers',
  'images',
  'names',
  'variants',
  'records',
  'aliases',
  'used',
  'facts',
] as const;

export interface PreparedDatabase {
  readonly connection: DatabaseSync;
  /** Whether it has a write-ahead log. */
  readonly hasLog: boolean;
}

/**
 * Opens a database; creates its tables if there are none.
 * @param mayBeNew called if there are none: whether the store may be new
 * @throws errors of SQLite; AppError STORE_DAMAGED
 */
export function prepareDatabase(file: string, mayBeNew: () => boolean): PreparedDatabase {
  // Opening would create it; another process may be about to.
  if (!existsSync(file) && !mayBeNew() && !existsSync(file)) {
    throw storeDamaged(`${file} is missing`);
  }
  const connection = openConnection(file);
  try {
    if (!hasTables(connection, file)) {
      // Check again: another process may have created the store meanwhile.
      if (!mayBeNew() && !hasTables(connection, file)) {
        throw storeDamaged(`${file} is empty, but the store has layers or blobs`);
      }
      makeTables(connection);
    }
    // After the tables: without a log, they are on the disk when the transaction ends.
    const hasLog = pragma(connection, 'journal_mode = WAL') === 'wal';
    // With a log, `flushed` makes commits durable, in parallel with other work.
    connection.exec(`PRAGMA synchronous = ${hasLog ? 'NORMAL' : 'FULL'}`);
    return { connection, hasLog };
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** @throws errors of SQLite */
export function openConnection(file: string): DatabaseSync {
  const { DatabaseSync } = loadSqlite();
  const connection = new DatabaseSync(file);
  // Do not trust the schema in a damaged file, and check cells before use.
  connection.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON');
  return connection;
}

/** @throws errors of SQLite */
export function readOnlyConnection(url: URL): DatabaseSync {
  const { DatabaseSync } = loadSqlite();
  const connection = new DatabaseSync(url, { readOnly: true });
  connection.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON');
  return connection;
}

/** @throws AppError STORE_DAMAGED if the tables are not ours */
export function hasTables(connection: DatabaseSync, file: string): boolean {
  const format = pragma(connection, 'user_version');
  const application = pragma(connection, 'application_id');
  if (format === 0 && application === 0) return false;
  if (format === FORMAT && application === APPLICATION_ID) return true;
  throw storeDamaged(`${file} is another program's database`);
}

/** Durable on return, as long as there is no log. */
export function makeTables(connection: DatabaseSync): void {
  const tables = TABLES.map(
    (name) =>
      `CREATE TABLE IF NOT EXISTS ${name} (key TEXT PRIMARY KEY, value TEXT NOT NULL, sum TEXT NOT NULL) WITHOUT ROWID;`,
  );
  connection.exec(
    [
      'BEGIN IMMEDIATE;',
      ...tables,
      `PRAGMA application_id = ${APPLICATION_ID};`,
      `PRAGMA user_version = ${FORMAT};`,
      'COMMIT',
    ].join('\n'),
  );
}

function pragma(connection: DatabaseSync, text: string): unknown {
  return Object.values(connection.prepare(`PRAGMA ${text}`).get() ?? {})[0];
}
