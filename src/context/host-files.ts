/** Reads a host file as an entry, with the identity for the stat cache. */
import { type BigIntStats, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { AppError } from '../errors.ts';
import { type BytePath, type FileEntry, type FileType, toText } from '../files/index.ts';
import { type DirectoryHandles, failureReason, fsPath, hasErrorCode } from '../system/index.ts';
import type { FileIdentity } from './identity-table.ts';

export interface HostFile {
  readonly entry: FileEntry;
  readonly identity: FileIdentity;
}

const NANOSECONDS = 1_000_000_000n;
const GONE = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'] as const;

/** Numbers groups of names with the same inode, in the order of their first name. */
export class LinkGroups {
  readonly #groups = new Map<string, number>();

  of(stats: BigIntStats): number | undefined {
    if (stats.nlink < 2n || stats.isDirectory()) return undefined;
    const key = `${stats.dev}:${stats.ino}`;
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const group = this.#groups.size + 1;
    this.#groups.set(key, group);
    return group;
  }
}

/**
 * Reads the metadata of one file without following symlinks.
 * @returns undefined if there is no file
 * @throws AppError CONTEXT_UNREADABLE
 */
export function readHostFile(
  root: DirectoryHandles,
  path: BytePath,
  groups: LinkGroups,
): HostFile | undefined {
  try {
    const host = fsPath(path === '' ? `${root.directory('')}/.` : root.entry(path));
    const stats = lstatSync(host, { bigint: true });
    const linkTarget = stats.isSymbolicLink()
      ? readlinkSync(host, { encoding: 'latin1' })
      : undefined;
    return describe(path, stats, linkTarget, groups.of(stats));
  } catch (error) {
    if (hasErrorCode(error, ...GONE)) return undefined;
    throw unreadable(path, error);
  }
}

/**
 * The names in a directory, sorted by bytes; empty if it is gone.
 * @throws AppError CONTEXT_UNREADABLE
 */
export function readHostDirectory(root: DirectoryHandles, path: BytePath): string[] {
  try {
    return readdirSync(fsPath(root.directory(path)), { encoding: 'latin1' }).sort();
  } catch (error) {
    if (hasErrorCode(error, ...GONE)) return [];
    throw unreadable(path, error);
  }
}

/** The error for a file of the context that cannot be read. */
export function unreadable(path: BytePath, cause: unknown): AppError {
  const name = path === '' ? '.' : toText(path);
  const reason = hasErrorCode(cause, 'EACCES', 'EPERM')
    ? 'permission denied'
    : failureReason(cause);
  return new AppError(
    'CONTEXT_UNREADABLE',
    `cannot read '${name}' in the build context: ${reason}`,
    {
      hint: `change its permissions, or exclude it in .dockerignore`,
      cause,
    },
  );
}

/** Always sets every key, so that all entries share one hidden class. */
function describe(
  path: BytePath,
  stats: BigIntStats,
  linkTarget: string | undefined,
  linkGroup: number | undefined,
): HostFile {
  const type = fileType(stats);
  const mtime = floorSeconds(stats.mtimeNs);
  const mtimeNs = Number(stats.mtimeNs - BigInt(mtime) * NANOSECONDS);
  const ctime = floorSeconds(stats.ctimeNs);
  const isDevice = type === 'char' || type === 'block';
  const bytes = Number(stats.size);
  const entry: FileEntry = {
    path,
    type,
    mode: type === 'symlink' ? 0o777 : Number(stats.mode) & 0o7777,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    size: type === 'file' ? bytes : 0,
    mtime,
    mtimeNs,
    linkTarget,
    linkGroup,
    devMajor: isDevice ? major(stats.rdev) : undefined,
    devMinor: isDevice ? minor(stats.rdev) : undefined,
    xattrs: undefined,
  };
  const identity: FileIdentity = {
    dev: Number(stats.dev),
    ino: Number(stats.ino),
    bytes,
    mtime,
    mtimeNs,
    ctime,
    ctimeNs: Number(stats.ctimeNs - BigInt(ctime) * NANOSECONDS),
  };
  return { entry, identity };
}

function fileType(stats: BigIntStats): FileType {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isCharacterDevice()) return 'char';
  if (stats.isBlockDevice()) return 'block';
  return stats.isFIFO() ? 'fifo' : 'socket';
}

function floorSeconds(nanoseconds: bigint): number {
  const seconds = nanoseconds / NANOSECONDS;
  return Number(seconds * NANOSECONDS > nanoseconds ? seconds - 1n : seconds);
}

function major(device: bigint): number {
  return Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n));
}

function minor(device: bigint): number {
  return Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n));
}
