/** SQLite's failures as errors for people. */
import { existsSync } from 'node:fs';
import { AppError } from '../errors.ts';
import { hasErrorCode } from '../system/index.ts';

/** Primary result codes: https://sqlite.org/rescode.html */
const BUSY = 5;
const READ_ONLY = 8;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const PROTOCOL = 15;
const NOT_A_DATABASE = 26;
/** Extended result codes: there is no room for the memory that processes share. */
const NO_SHARED_MEMORY = 4874;
/** Extended result codes: a file is too short, or its file system is damaged. */
const SHORT_READ = 522;
const CORRUPT_FILE_SYSTEM = 8458;
/** Extended result code: the file is not at its path any more. */
const MOVED = 1032;

/** Another connection is writing, or is about to. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === BUSY || code === PROTOCOL;
}

/** The file cannot be opened or used in this way: it is not there, or its directory cannot be written. */
export function cannotOpen(error: unknown): boolean {
  const code = primaryCode(error);
  return code === CANNOT_OPEN || code === READ_ONLY;
}

/**
 * What SQLite said, for people; errors that are not SQLite's pass unchanged.
 * @param file of the database
 */
export function databaseError(file: string, error: unknown): unknown {
  const code = primaryCode(error);
  if (code === undefined || !(error instanceof Error)) return error;
  const extended = resultCode(error);
  const isShort = extended === SHORT_READ || extended === CORRUPT_FILE_SYSTEM;
  if (code === CORRUPT || code === NOT_A_DATABASE || isShort) {
    return storeDamaged(`${file}: ${error.message}`, error);
  }
  if (extended === MOVED || !existsSync(file)) return storeDamaged(`${file} is missing`, error);
  if (code === BUSY || code === PROTOCOL) {
    return new AppError('STORE_BUSY', `the database ${file} is locked by another process`, {
      hint: 'find the process that holds it (`fuser`), and stop it if it hangs',
      cause: error,
    });
  }
  if (code === READ_ONLY) return readOnlyStore(file, error);
  return writeFailed(error);
}

/**
 * The store holds something that no lamina has written, or lacks something that its records name.
 * @param what is wrong, with the path of the file
 */
export function storeDamaged(what: string, cause?: unknown): AppError {
  return new AppError('STORE_DAMAGED', `the store is damaged: ${what}`, {
    hint: 'run `lamina system check --repair`: it keeps what is intact and lists what is lost',
    cause,
  });
}

/** Somebody has removed the whole store while it was in use. */
export function storeRemoved(root: string, cause: unknown): AppError {
  return new AppError('STORE_DAMAGED', `the store ${root} was removed while it was in use`, {
    hint: 'run the command again to create a new store',
    cause,
  });
}

/** @param path of what was to be written */
export function readOnlyStore(path: string, cause?: unknown): AppError {
  return new AppError('STORE_READ_ONLY', `the store is read-only: cannot write ${path}`, {
    hint: 'you can list, inspect, save and run images; to change images, use another store with --root or LAMINA_ROOT',
    cause,
  });
}

/** What went wrong when the database, or the content before it, was to be written. */
export function writeFailed(cause: unknown): AppError {
  if (isDiskFull(cause)) {
    return new AppError('STORE_DISK_FULL', 'the disk of the store is full', {
      hint: 'free some space (see `df`), for example with: lamina builder prune -a',
      cause,
    });
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  return new AppError('STORE_WRITE_FAILED', `cannot write to the store: ${message}`, {
    hint: 'check that the disk works and is writable',
    cause,
  });
}

/** Whether SQLite or the file system had no room. */
export function isDiskFull(error: unknown): boolean {
  if (primaryCode(error) === FULL || resultCode(error) === NO_SHARED_MEMORY) return true;
  return hasErrorCode(error, 'ENOSPC', 'EDQUOT');
}

function primaryCode(error: unknown): number | undefined {
  const code = resultCode(error);
  return code === undefined ? undefined : code & 0xff;
}

function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}
