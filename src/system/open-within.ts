/** Resolves a path below a directory that other processes may change, without ever leaving it. */
import { closeSync, constants, fstatSync, openSync, readlinkSync } from 'node:fs';
import { hasErrorCode } from './system-error.ts';

/** A descriptor that only names a file. */
const O_PATH = 0o10_000_000;
const ONLY_NAMED = O_PATH | constants.O_NOFOLLOW;

const MAX_LINKS = 255;

export interface OpenedWithin {
  /** Names the file as long as it is open; the caller must close it. */
  readonly fd: number;
  readonly isDirectory: boolean;
}

/**
 * Opens a file or directory below another, for naming only (O_PATH). Follows symlinks as if the directory were the
 * root; `..` stops there.
 *
 * @param root host path
 * @param path latin1 bytes
 * @returns undefined if it does not exist
 * @throws errors of `node:fs`
 */
export function openWithin(root: string, path: string): OpenedWithin | undefined {
  const way = [openSync(root, ONLY_NAMED)];
  try {
    if (!walk(way, path)) return undefined;
    const fd = way.pop();
    return fd === undefined ? undefined : { fd, isDirectory: fstatSync(fd).isDirectory() };
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  } finally {
    for (const fd of way) closeSync(fd);
  }
}

/** @param way descriptors of the directories from the root to the current one */
function walk(way: number[], path: string): boolean {
  const pending = path.split('/').reverse();
  let links = 0;
  const goUpTo = (depth: number) => {
    for (const fd of way.splice(depth)) closeSync(fd);
  };
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      goUpTo(Math.max(1, way.length - 1));
      continue;
    }
    const next = Buffer.from(`/proc/self/fd/${way.at(-1)}/${part}`, 'latin1');
    const fd = openSync(next, ONLY_NAMED);
    if (!fstatSync(fd).isSymbolicLink()) {
      way.push(fd);
      continue;
    }
    closeSync(fd);
    if (++links > MAX_LINKS) return false;
    const target = readlinkSync(next, 'latin1');
    if (target.startsWith('/')) goUpTo(1);
    pending.push(...target.split('/').reverse());
  }
  return true;
}
