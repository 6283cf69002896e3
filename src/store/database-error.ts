/** Converts SQLite's failures to user errors. */
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
/** Extended result codes: no disk space for the shared memory. */
const NO_SHARED_MEMORY = 4874;
/** Extended result codes: a file is too short, or its file system is damaged. */
const SHORT_READ = 522;
const CORRUPT_FILE_SYSTEM = 8458;
/** Extended result code: the file is no longer at its path. */
const MOVED = 1032;

/** Whether another connection is writing, or about to. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === BUSY || code === PROTOCOL;
}

/** Whether the file cannot be opened or used in this mode: it is missing, or its directory is not writable. */
export function cannotOpen(error: unknown): boolean {
  const code = primaryCode(error);
  return code === CANNOT_OPEN || code === READ_ONLY;
}

/**
 * Converts an error of SQLite; others pass unchanged.
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
 * The error for content that no lamina wrote, or that records name but is missing.
 * @param what the problem, with the path of the file
 */
export function storeDamaged(what: string, cause?: unknown): AppError {
  return new AppError('STORE_DAMAGED', `the store is damaged: ${what}`, {
    hint: 'run `lamina system check --repair`: it keeps what is intact and lists what is lost',
    cause,
  });
}

/** The error for a store that was removed while in use. */
export function storeRemoved(root: string, cause: unknown): AppError {
  return new AppError('STORE_DAMAGED', `the store ${root} was removed while it was in use`, {
    hint: 'run the command again to create a new store',
    cause,
  });
}

/** @param path of the file that cannot be written */
export function readOnlyStore(path: string, cause?: unknown): AppError {
  return new AppError('STORE_READ_ONLY', `the store is read-only: cannot write ${path}`, {
    hint: 'you can list, inspect, save and run images; to change images, use another store with --root or LAMINA_ROOT',
    cause,
  });
}

/** The error for a failed write of the database, or of the content before it. */
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

/** Whether SQLite or the file system reported a full disk. */
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
