/** Salvages a damaged database: reads what it can, and makes a new database from that. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { hasTables, makeTables, openConnection, TABLES } from './database-format.ts';
import { openReadOnlyDatabase } from './read-only-database.ts';
import { sumOf } from './table-database.ts';

export interface SalvagedRow {
  readonly key: string;
  readonly value: string;
  readonly sum: string;
}

export interface Salvage {
  /** Problems, for messages; empty if the database is intact. */
  readonly problems: readonly string[];
  /** Rows by table name. */
  readonly rows: ReadonlyMap<string, readonly SalvagedRow[]>;
}

/** Limit for the lines of SQLite's check. */
const MANY = 5;

/**
 * Reads the readable part of a database. It must not be open in this process.
 * @param mayBeNew whether an empty database is valid
 */
export function salvage(
  file: string,
  { mayBeNew, isReadOnly }: { readonly mayBeNew: boolean; readonly isReadOnly: boolean },
): Salvage {
  const rows = new Map<string, readonly SalvagedRow[]>(TABLES.map((name) => [name, []]));
  if (!existsSync(file)) return { problems: mayBeNew ? [] : ['it is missing'], rows };
  let connection: DatabaseSync | undefined;
  try {
    connection = isReadOnly ? openReadOnlyDatabase(file) : openConnection(file);
    if (!hasTables(connection, file)) return { problems: mayBeNew ? [] : ['it is empty'], rows };
    const problems = [...integrityProblems(connection)];
    for (const name of TABLES) {
      const { good, bad } = readTable(connection, name);
      rows.set(name, good);
      if (bad > 0) problems.push(`${bad} rows of '${name}' are damaged`);
    }
    return { problems, rows };
  } catch (error) {
    return { problems: [messageOf(error)], rows };
  } finally {
    connection?.close();
  }
}

/** Replaces a database with one of these rows. It must not be open anywhere. */
export function replaceDatabase(file: string, { rows }: Salvage): void {
  const temporary = `${file}.repaired`;
  for (const suffix of ['', '-journal']) rmSync(`${temporary}${suffix}`, { force: true });
  const connection = openConnection(temporary);
  try {
    makeTables(connection);
    connection.exec('BEGIN');
    for (const [name, all] of rows) {
      const insert = connection.prepare(`INSERT INTO ${name} VALUES (?, ?, ?)`);
      for (const { key, value, sum } of all) insert.run(key, value, sum);
    }
    connection.exec('COMMIT');
  } finally {
    connection.close();
  }
  // Removed first: SQLite would replay the old log into the new database.
  for (const suffix of ['-wal', '-shm', '-journal']) rmSync(`${file}${suffix}`, { force: true });
  renameSync(temporary, file);
}

function* integrityProblems(connection: DatabaseSync): Iterable<string> {
  try {
    for (const row of connection.prepare(`PRAGMA integrity_check(${MANY})`).all()) {
      const [text] = Object.values(row);
      if (text !== 'ok') yield String(text).replaceAll('\n', ' ');
    }
  } catch (error) {
    yield messageOf(error);
  }
}

/** Reads from both ends, so that an unreadable page costs only its own rows. */
function readTable(
  connection: DatabaseSync,
  name: string,
): { readonly good: readonly SalvagedRow[]; readonly bad: number } {
  const good = new Map<string, SalvagedRow>();
  let bad = 0;
  const read = (order: 'ASC' | 'DESC'): boolean => {
    try {
      const statement = connection.prepare(`SELECT * FROM ${name} ORDER BY key ${order}`);
      for (const { key, value, sum } of statement.iterate()) {
        const row = soundRow(key, value, sum);
        if (row === undefined) bad++;
        else good.set(row.key, row);
      }
      return true;
    } catch {
      return false;
    }
  };
  if (!read('ASC')) {
    bad = 0;
    read('DESC');
  }
  return { good: [...good.values()], bad };
}

function soundRow(
  key: SQLOutputValue | undefined,
  value: SQLOutputValue | undefined,
  sum: SQLOutputValue | undefined,
): SalvagedRow | undefined {
  if (typeof key !== 'string' || typeof value !== 'string' || typeof sum !== 'string') return;
  return sumOf(key, value) === sum ? { key, value, sum } : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
