/** Copies one file that is not a directory, with its metadata, between directories that nobody else changes. */
import {
  type BigIntStats,
  chmodSync,
  closeSync,
  constants,
  ftruncateSync,
  lchownSync,
  openSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import {
  copySparse,
  fsPath,
  hasErrorCode,
  listXattrs,
  makeNode,
  setTimes,
  setXattr,
  type XattrFlavour,
} from '../../system/index.ts';

/** What the user may do with files. */
export interface CopyRights {
  /** Files keep their owners, and device nodes can be made. Otherwise all belong to this user. */
  readonly isRoot: boolean;
  /** Of the attribute that marks opaque directories. */
  readonly flavour: XattrFlavour;
}

const TYPE = 0o170000n;
export const FILE_TYPE = {
  fifo: 0o010000n,
  char: 0o020000n,
  directory: 0o040000n,
  block: 0o060000n,
  file: 0o100000n,
  link: 0o120000n,
  socket: 0o140000n,
} as const;

const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const PIECE = 1 << 30;
const BILLION = 1_000_000_000n;

export function typeOf({ mode }: BigIntStats): bigint {
  return mode & TYPE;
}

interface CopyOptions extends Pick<CopyRights, 'isRoot'> {
  readonly stat: BigIntStats;
}

/**
 * @param source,target latin1 bytes; the target does not exist
 * @throws errors of `node:fs`; SystemError
 */
export function copyFile(source: string, target: string, { stat, isRoot }: CopyOptions): void {
  const mode = Number(stat.mode) & 0o7777;
  switch (typeOf(stat)) {
    case FILE_TYPE.file:
      copyContent(source, target, { mode, size: Number(stat.size) });
      break;
    case FILE_TYPE.link:
      symlinkSync(readlinkSync(fsPath(source), { encoding: 'buffer' }), fsPath(target));
      break;
    case FILE_TYPE.fifo:
      makeNode(target, { type: 'fifo', mode });
      break;
    case FILE_TYPE.char:
    case FILE_TYPE.block: {
      const type = typeOf(stat) === FILE_TYPE.char ? 'char' : 'block';
      makeNode(target, { type, mode, ...deviceNumbers(stat.rdev) });
      break;
    }
    default:
      // No layer has sockets.
      return;
  }
  copyMetadata(source, target, { stat, isRoot });
}

/** Owner, mode, attributes and time, in the order in which none undoes another. */
export function copyMetadata(source: string, target: string, { stat, isRoot }: CopyOptions): void {
  if (isRoot) lchownSync(fsPath(target), Number(stat.uid), Number(stat.gid));
  if (typeOf(stat) !== FILE_TYPE.link) chmodSync(fsPath(target), Number(stat.mode) & 0o7777);
  for (const [name, value] of Object.entries(listXattrs(source) ?? {})) {
    if (/^(trusted|user)\.overlay\./.test(name)) continue;
    try {
      setXattr(target, name, value);
    } catch (error) {
      // An attribute of this machine (a security label), or of a file system that has more kinds than the other.
      const isLost = hasErrorCode(error, 'EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP');
      if (!isLost || (isRoot && name === 'security.capability')) throw error;
    }
  }
  copyTimes(target, stat);
}

export function copyTimes(target: string, { mtimeNs }: BigIntStats): void {
  const nanoseconds = ((mtimeNs % BILLION) + BILLION) % BILLION;
  setTimes(target, Number((mtimeNs - nanoseconds) / BILLION), Number(nanoseconds));
}

function copyContent(
  source: string,
  target: string,
  { mode, size }: { readonly mode: number; readonly size: number },
): void {
  const from = openReadable(source, mode);
  try {
    const to = openSync(fsPath(target), CREATE, 0o600);
    try {
      for (const _ of copySparse({ from, offset: 0, size, to, toOffset: 0 }, PIECE));
      ftruncateSync(to, size);
    } finally {
      closeSync(to);
    }
  } finally {
    closeSync(from);
  }
}

/** A file's owner who may not read it may allow that for a moment. */
function openReadable(path: string, mode: number): number {
  try {
    return openSync(fsPath(path), READ);
  } catch (error) {
    if (!hasErrorCode(error, 'EACCES')) throw error;
    chmodSync(fsPath(path), mode | 0o400);
    try {
      return openSync(fsPath(path), READ);
    } finally {
      chmodSync(fsPath(path), mode);
    }
  }
}

/** As the C library's `major` and `minor`. */
function deviceNumbers(rdev: bigint): { readonly major: number; readonly minor: number } {
  return {
    major: Number(((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n)),
    minor: Number((rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n)),
  };
}
