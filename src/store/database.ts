/** The lmdb environment of a store. */
import { createRequire } from 'node:module';
import type { Database, RootDatabase } from 'lmdb';
import { AppError } from '../errors.ts';

/** One named table: text to JSON. */
export type TableDatabase = Database<unknown, string>;

/** Address space, not disk; lmdb grows it when it must, which costs a remapping. */
const MAP_SIZE = 1 << 30;

/**
 * Opens the database, making it when absent. Dead readers are cleared by lmdb at this moment.
 * @param directory exists
 * @throws AppError STORE_DAMAGED, STORE_UNAVAILABLE
 */
export function openDatabase(directory: string): RootDatabase<unknown, string> {
  const lmdb = loadLmdb();
  try {
    return lmdb.open<unknown, string>({
      path: directory,
      maxDbs: 16,
      mapSize: MAP_SIZE,
      encoding: 'json',
    });
  } catch (error) {
    throw new AppError('STORE_DAMAGED', `the database ${directory} cannot be opened`, {
      hint: 'remove the directory of the store: all that is in it can be built again',
      cause: error,
    });
  }
}

/**
 * The CommonJS build loads a third faster than the ES modules (28 against 45 ms), and another fifth without the
 * native part of msgpackr, which the JSON encoding does not use.
 */
function loadLmdb(): typeof import('lmdb') {
  const variable = 'MSGPACKR_NATIVE_ACCELERATION_DISABLED';
  const before = process.env[variable];
  process.env[variable] = 'true';
  try {
    return createRequire(import.meta.url)('lmdb') as typeof import('lmdb');
  } catch (error) {
    throw new AppError('STORE_UNAVAILABLE', 'the package lmdb could not be loaded', {
      hint: 'install lamina again, with its optional dependencies, on this kind of machine',
      cause: error,
    });
  } finally {
    if (before === undefined) delete process.env[variable];
    else process.env[variable] = before;
  }
}
