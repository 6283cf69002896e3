/** A database on a read-only file system. */
import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { cannotOpen, storeDamaged } from './database-error.ts';
import { hasTables, readOnlyConnection } from './database-format.ts';

/**
 * Opens a database for reading.
 *
 * Without a log it is opened as is. With one, another process may be writing through another mount: then its locks and
 * its index of the log are used. If there are none, as after a crash, both files are read from a copy.
 *
 * @throws errors of SQLite; AppError STORE_DAMAGED
 */
export function openReadOnlyDatabase(file: string): DatabaseSync {
  if (!existsSync(file)) throw storeDamaged(`${file} is missing`);
  const size = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return checked(file, new URL(`${pathToFileURL(file).href}?immutable=1`));
  try {
    return checked(file, pathToFileURL(file));
  } catch (error) {
    if (!cannotOpen(error)) throw error;
    return fromCopy(file);
  }
}

function checked(file: string, url: URL): DatabaseSync {
  const connection = readOnlyConnection(url);
  try {
    if (hasTables(connection, file)) return connection;
    throw storeDamaged(`${file} is empty`);
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Linux needs no name for an open file. */
function fromCopy(file: string): DatabaseSync {
  const directory = mkdtempSync(join(tmpdir(), 'lamina-read-only-'));
  try {
    const copy = join(directory, 'store.db');
    for (const suffix of ['', '-wal']) copyFileSync(`${file}${suffix}`, `${copy}${suffix}`);
    return checked(file, pathToFileURL(copy));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
