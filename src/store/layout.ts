/** Where things lie in the store's directory, and the checks made before any of it is trusted. */
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

/**
 * Rises when an older lamina could not use what a newer one wrote, or a newer one what an older one wrote.
 * 1: the database was lmdb's. 2: SQLite's.
 */
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
  /** Nothing can be written: a file system is mounted read-only, or the permissions are so. */
  readonly isReadOnly: boolean;
  /** Held exclusively while the collector decides what goes, shared while somebody says what it needs. */
  readonly collectorLock: string;
}

/**
 * Finds or makes a store's directory.
 * @throws AppError STORE_UNWRITABLE, STORE_FOREIGN, STORE_VERSION, STORE_DAMAGED, STORE_NOT_A_STORE
 */
export function openLayout(root: string): StoreLayout {
  const path = resolve(root);
  try {
    prepare(path);
    const layout = layoutOf(path);
    if (layout.isReadOnly) return layout;
    // Every time: whoever made the store may have been killed in the middle.
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

/** Whether nothing is in it that records would name. */
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
  // Content of images is for its owner alone: it may hold setuid files and other people's secrets.
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
 * The version of a store, undefined when it has none, or what is wrong with the file that should hold it.
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

/** The version file comes first and by rename: a directory with anything else in it and no version is no store. */
function create(root: string): void {
  const strangers = readdirSync(root).filter((name) => !isOurs(name));
  if (strangers.length > 0) {
    throw new AppError('STORE_NOT_A_STORE', `${root} contains files that are not a store`, {
      hint: 'use an empty or new directory with --root or LAMINA_ROOT',
      details: { found: strangers.slice(0, 5) },
    });
  }
  const temporary = `${root}/${VERSION_FILE}.${randomBytes(6).toString('hex')}`;
  writeFileSync(temporary, `${STORE_VERSION}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(temporary, `${root}/${VERSION_FILE}`);
}

/** Also what somebody else, making the same store at this moment, may have put there already. */
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
