/** The lmdb environment of a store. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { Database, RootDatabase } from 'lmdb';
import { AppError } from '../errors.ts';
import { hasErrorCode } from '../system/index.ts';
import { requireLmdb } from './require-lmdb.ts';

/** One named table: text to JSON. */
export type TableDatabase = Database<unknown, string>;

/** Address space, not disk; lmdb grows it when it must, which costs a remapping. */
const MAP_SIZE = 1 << 30;

/** Where the first page of a database of lmdb 3 has its mark. */
const MAGIC_OFFSET = 24;
const MAGIC = 0xbeefc0de;

/**
 * Opens the database, making it when absent. Dead readers are cleared by lmdb at this moment.
 * @param directory exists
 * @throws AppError STORE_DAMAGED, STORE_UNAVAILABLE
 */
export function openDatabase(directory: string): RootDatabase<unknown, string> {
  const lmdb = loadLmdb();
  if (!looksSound(`${directory}/data.mdb`)) throw damaged(directory);
  try {
    return lmdb.open<unknown, string>({
      path: directory,
      maxDbs: 16,
      mapSize: MAP_SIZE,
      encoding: 'json',
    });
  } catch (error) {
    throw damaged(directory, error);
  }
}

/**
 * Whether a file is new or begins like a database: lmdb itself dies of a segmentation fault when the first page is
 * something else, such as the zeros that a power cut leaves.
 */
function looksSound(path: string): boolean {
  const header = Buffer.alloc(MAGIC_OFFSET + 4);
  const length = readStart(path, header);
  return length === 0 || (length === header.length && header.readUInt32LE(MAGIC_OFFSET) === MAGIC);
}

function damaged(directory: string, cause?: unknown): AppError {
  return new AppError('STORE_DAMAGED', `the database ${directory} cannot be opened`, {
    hint: 'remove the directory of the store: all that is in it can be built or pulled again',
    cause,
  });
}

/** @returns bytes read, 0 when there is no such file */
function readStart(path: string, target: Buffer): number {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return 0;
    throw error;
  }
  try {
    return readSync(fd, target, 0, target.length, 0);
  } finally {
    closeSync(fd);
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
    return requireLmdb();
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
  readStart(process.execPath, header);
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
