/** The layout of the store's directory, and the checks before it is trusted. */
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { resolve } from 'node:path';
import { AppError } from '../errors.ts';
import { hasErrorCode, makeDirectories, readFailure, readRegularFile } from '../system/index.ts';
import { storeDamaged } from './database-error.ts';
import { keepReserve } from './reserve.ts';
import { syncDirectory } from './sync-directory.ts';

/** Increased when older and newer versions of lamina cannot use each other's stores. 1: lmdb database. 2: SQLite. */
export const STORE_VERSION = 2;

const FOLDERS = ['blobs', 'layers', 'mounts', 'tmp', 'leases', 'locks', 'db'] as const;
const VERSION_FILE = 'version';
const VERSION_LIMIT = 4096;

/** Paths inside one store. */
export interface StoreLayout {
  readonly root: string;
  readonly blobs: string;
  readonly layers: string;
  readonly mounts: string;
  readonly tmp: string;
  readonly leases: string;
  readonly locks: string;
  readonly db: string;
  /** Nothing can be written, due to a read-only mount or permissions. */
  readonly isReadOnly: boolean;
  /** Held exclusively while the collector selects content, shared while a process adds to its lease. */
  readonly collectorLock: string;
}

/**
 * Opens or creates a store's directory.
 * @throws AppError STORE_UNWRITABLE, STORE_FOREIGN, STORE_VERSION, STORE_DAMAGED, STORE_NOT_A_STORE
 */
export function openLayout(root: string): StoreLayout {
  const path = resolve(root);
  try {
    prepare(path);
    const layout = layoutOf(path);
    if (layout.isReadOnly) return layout;
    // Every time: the process that created the store may have been killed halfway.
    for (const folder of FOLDERS) mkdirSync(`${path}/${folder}`, { recursive: true, mode: 0o700 });
    keepReserve(`${path}/db`);
    return layout;
  } catch (error) {
    throw explain(path, error);
  }
}

/** @param path absolute */
export function layoutOf(path: string): StoreLayout {
  return {
    root: path,
    blobs: `${path}/blobs`,
    layers: `${path}/layers`,
    mounts: `${path}/mounts`,
    tmp: `${path}/tmp`,
    leases: `${path}/leases`,
    locks: `${path}/locks`,
    db: `${path}/db`,
    collectorLock: `${path}/lock`,
    isReadOnly: cannotWrite(path),
  };
}

/** Whether there is no content that records would reference. */
export function isStoreEmpty({ layers, blobs }: StoreLayout): boolean {
  const folders = [layers, `${blobs}/sha256`].filter(existsSync);
  return folders.every((folder) => readdirSync(folder).length === 0);
}

function prepare(root: string): void {
  const stats = statSync(root, { throwIfNoEntry: false });
  if (!stats) {
    makeDirectories(root, 0o700);
    create(root);
    return;
  }
  const user = process.geteuid?.();
  if (user !== undefined && stats.uid !== user) throw foreign(root, stats.uid, user);
  const version = readVersion(root);
  if (version === undefined) {
    create(root);
  } else if (version !== STORE_VERSION) {
    throw otherVersion(root, version);
  }
  // Content of images is private to its owner: it may contain setuid files and secrets.
  if ((stats.mode & 0o077) !== 0 && !cannotWrite(root)) chmodSync(root, 0o700);
}

function cannotWrite(root: string): boolean {
  try {
    accessSync(root, constants.W_OK);
    return false;
  } catch (error) {
    return hasErrorCode(error, 'EROFS', 'EACCES');
  }
}

function readVersion(root: string): number | undefined {
  const version = versionOf(root);
  if (typeof version === 'string') {
    throw storeDamaged(`${root}/${VERSION_FILE}: ${version}`);
  }
  return version;
}

/**
 * The version of a store; undefined if it has none; a string if the version file is invalid.
 * @throws errors of `node:fs` that are not the file's
 */
export function versionOf(root: string): number | string | undefined {
  let text: string;
  try {
    text = readRegularFile(`${root}/${VERSION_FILE}`, { limit: VERSION_LIMIT }).toString();
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    const isOfFile = hasErrorCode(error, 'UNSUITABLE_FILE', 'ELOOP', 'EIO');
    const reason = isOfFile ? readFailure(error) : undefined;
    if (reason === undefined) throw error;
    return reason;
  }
  return /^\d{1,9}\n$/.test(text) ? Number(text) : 'it does not contain a number';
}

function otherVersion(root: string, version: number): AppError {
  const isOlder = version < STORE_VERSION;
  return new AppError(
    'STORE_VERSION',
    `the store ${root} was made by ${isOlder ? 'an older' : 'a newer'} lamina: its format is ${version}, not ${STORE_VERSION}`,
    {
      hint: isOlder
        ? 'remove it (you can build or pull its images again), or use another directory with --root or LAMINA_ROOT'
        : 'use that version of lamina, or another directory with --root or LAMINA_ROOT',
      details: { version, supported: STORE_VERSION },
    },
  );
}

/** Creates the version file first and by rename: a non-empty directory without a version is no store. */
function create(root: string): void {
  const strangers = readdirSync(root).filter((name) => !isOurs(name));
  if (strangers.length > 0) {
    throw new AppError('STORE_NOT_A_STORE', `${root} contains files that are not a store`, {
      hint: 'use an empty or new directory with --root or LAMINA_ROOT',
      details: { found: strangers.slice(0, 5) },
    });
  }
  const temporary = `${root}/${VERSION_FILE}.${randomBytes(6).toString('hex')}`;
  // Synced, since after a power cut an empty file would be a damaged store.
  writeFileSync(temporary, `${STORE_VERSION}\n`, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(temporary, `${root}/${VERSION_FILE}`);
  syncDirectory(root);
}

/** Also matches what another process may have created for the same store meanwhile. */
function isOurs(name: string): boolean {
  return (
    name === 'lost+found' ||
    name === 'lock' ||
    name === 'manifest-lists' ||
    name === 'builds' ||
    name.startsWith(`${VERSION_FILE}`) ||
    FOLDERS.some((folder) => folder === name)
  );
}

function foreign(root: string, owner: number, user: number): AppError {
  return new AppError('STORE_FOREIGN', `the store ${root} belongs to another user`, {
    hint: 'run as that user, or use a directory of your own with --root or LAMINA_ROOT',
    details: { owner, user },
  });
}

function explain(root: string, error: unknown): unknown {
  if (!hasErrorCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT')) return error;
  return new AppError('STORE_UNWRITABLE', `the store ${root} is not writable`, {
    hint: 'use another directory with --root or LAMINA_ROOT',
    cause: error,
  });
}
