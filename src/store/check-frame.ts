/** Checks the frame of a store: its version and its database, but not the content that records name. */
import { existsSync, lstatSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { AppError } from '../errors.ts';
import { tryLock } from '../system/index.ts';
import { readOnlyStore } from './database-error.ts';
import { DATABASE_FILE } from './database-format.ts';
import {
  isStoreEmpty,
  layoutOf,
  openLayout,
  STORE_VERSION,
  type StoreLayout,
  versionOf,
} from './layout.ts';
import { readLiveLeases } from './live-leases.ts';
import { replaceDatabase, type Salvage, salvage } from './salvage.ts';

export interface FrameProblem {
  /** Absolute. */
  readonly path: string;
  /** The problem. */
  readonly problem: string;
}

export interface FrameCheck {
  /** Absolute. */
  readonly root: string;
  readonly problems: readonly FrameProblem[];
  /** Whether all records are lost although there is content. */
  readonly isWithoutRecords: boolean;
}

export interface FrameCheckOptions {
  /** Repair the frame, with the readable part of the database. */
  readonly repair: boolean;
}

/**
 * Checks a store that `Store.open` may refuse.
 * @throws AppError STORE_NOT_FOUND, STORE_IN_USE, and those of `openLayout` but STORE_DAMAGED
 */
export function checkFrame(root: string, { repair }: FrameCheckOptions): FrameCheck {
  const path = resolve(root);
  if (statSync(path, { throwIfNoEntry: false }) === undefined) throw notFound(path);
  const layout = layoutOf(path);
  if (repair && layout.isReadOnly) throw readOnlyStore(path);
  const problems: FrameProblem[] = [];
  const version = versionOf(path);
  if (typeof version === 'string') {
    problems.push({ path: `${path}/version`, problem: version });
    if (!repair) return { root: path, problems, isWithoutRecords: false };
    writeVersion(path);
  }
  if (version === undefined && existsSync(`${layout.db}/${DATABASE_FILE}`)) {
    // Opening it writes the file again: nothing else is lost.
    problems.push({ path: `${path}/version`, problem: 'it is missing' });
    if (!repair) return { root: path, problems, isWithoutRecords: false };
    writeVersion(path);
  }
  if (lstatSync(layout.collectorLock, { throwIfNoEntry: false })?.isFile() === false) {
    problems.push({ path: layout.collectorLock, problem: 'it is not a file' });
    // The next holder creates it again.
    if (repair) rmSync(layout.collectorLock, { recursive: true });
  }
  openLayout(path);
  const file = `${layout.db}/${DATABASE_FILE}`;
  const { isReadOnly } = layout;
  const found = salvage(file, { mayBeNew: isStoreEmpty(layout), isReadOnly });
  problems.push(...found.problems.map((problem) => ({ path: file, problem })));
  if (repair && found.problems.length > 0) replaceAlone(layout, file, found);
  const isWithoutRecords = found.problems.length > 0 && hasNoRecords(found);
  return { root: path, problems, isWithoutRecords };
}

function hasNoRecords({ rows }: Salvage): boolean {
  return ['layers', 'images'].every((name) => rows.get(name)?.length === 0);
}

/** Requires exclusive use: other processes would continue with the old database. */
function replaceAlone(layout: StoreLayout, file: string, found: Salvage): void {
  const lock = tryLock(layout.collectorLock, 'exclusive');
  try {
    const users = lock && readLiveLeases(layout, { name: undefined, pins: new Set() }).names;
    if (users?.size !== 0) throw inUse(layout.root);
    replaceDatabase(file, found);
  } finally {
    lock?.release();
  }
}

function writeVersion(root: string): void {
  writeFileSync(`${root}/version.repaired`, `${STORE_VERSION}\n`, { mode: 0o600 });
  rmSync(`${root}/version`, { recursive: true, force: true });
  renameSync(`${root}/version.repaired`, `${root}/version`);
}

function notFound(root: string): AppError {
  return new AppError('STORE_NOT_FOUND', `there is no store at ${root}`, {
    hint: 'set its directory with --root or LAMINA_ROOT',
  });
}

function inUse(root: string): AppError {
  return new AppError('STORE_IN_USE', `the store ${root} is in use`, {
    hint: 'wait until all builds and containers have ended, then repair it',
  });
}
