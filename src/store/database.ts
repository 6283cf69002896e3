/** The lmdb environment of a store. */
import { closeSync, openSync, readSync } from 'node:fs';
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
 * Loading is most of what opening a store costs, so: the CommonJS build, which takes 32 ms of processor time here
 * where the ES modules take 45, and two variables that spare its helpers some work, which makes it 24.
 */
function loadLmdb(): typeof import('lmdb') {
  const restore = setVariables({
    // The native part of msgpackr is of no use to the JSON encoding.
    MSGPACKR_NATIVE_ACCELERATION_DISABLED: 'true',
    // Else a package is loaded, and with it node:child_process, to find this out.
    ...(process.platform === 'linux' && { LIBC: cLibrary() }),
  });
  try {
    return createRequire(import.meta.url)('lmdb') as typeof import('lmdb');
  } catch (error) {
    throw new AppError('STORE_UNAVAILABLE', 'the package lmdb could not be loaded', {
      hint: 'install lamina again, with its optional dependencies, on this kind of machine',
      cause: error,
    });
  } finally {
    restore();
  }
}

/** Which dynamic linker this program names in its header. */
function cLibrary(): 'musl' | 'glibc' {
  const header = Buffer.alloc(4096);
  try {
    const fd = openSync(process.execPath, 'r');
    try {
      readSync(fd, header, 0, header.length, 0);
    } finally {
      closeSync(fd);
    }
  } catch {
    // The usual one, then.
  }
  return header.includes('/ld-musl-') ? 'musl' : 'glibc';
}

/** @returns what undoes it */
function setVariables(values: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  for (const [name, value] of Object.entries(values)) process.env[name] ??= value;
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
