/**
 * Room on a full disk for what makes room: the collector has to write a few pages of the database before it can free
 * anything, and whoever opens the database needs some memory that processes share, which is a file too.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { hasErrorCode } from '../system/index.ts';

/** Bytes; a transaction that removes thousands of records takes less. */
const SIZE = 512 * 1024;

/** Makes the reserve if it is not there. Without room for it there is none. */
export function keepReserve(database: string): void {
  const path = fileIn(database);
  if (existsSync(path)) return;
  try {
    // Nothing that a file system could make smaller.
    writeFileSync(path, randomBytes(SIZE), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    // Somebody else has just made it.
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
