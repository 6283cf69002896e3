/**
 * Reserved disk space for pruning a full disk: the collector must write a few database pages before it can free
 * anything, and opening the database needs a shared-memory file.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { hasErrorCode } from '../system/index.ts';

/** Bytes; a transaction that removes thousands of records takes less. */
const SIZE = 512 * 1024;

/** Creates the reserve if missing. On a full disk there is none. */
export function keepReserve(database: string): void {
  const path = fileIn(database);
  if (existsSync(path)) return;
  try {
    // Random bytes, which a file system cannot compress.
    writeFileSync(path, randomBytes(SIZE), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    // Another process has just created it.
    if (!hasErrorCode(error, 'EEXIST')) rmSync(path, { force: true });
  }
}

/** @returns whether there was one */
export function spendReserve(database: string): boolean {
  const path = fileIn(database);
  const isThere = existsSync(path);
  rmSync(path, { force: true });
  return isThere;
}

function fileIn(database: string): string {
  return `${database}/reserve`;
}
