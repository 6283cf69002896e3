/** Special files and exact times. */
import { chmodSync, closeSync, constants, fstatSync, openSync } from 'node:fs';
import { fsPath } from './fs-path.ts';
import { callNative, cString, nativeFunction, requireLinux } from './libc.ts';

export interface NodeSpec {
  readonly type: 'char' | 'block' | 'fifo' | 'socket';
  /** Permission bits with setuid, setgid, sticky; the umask does not apply. */
  readonly mode: number;
  readonly major?: number | undefined;
  readonly minor?: number | undefined;
}

const TYPE_BITS = { char: 0o020000, block: 0o060000, fifo: 0o010000, socket: 0o140000 } as const;
const TYPE_MASK = 0o170000;
/** A descriptor that only names a file. */
const O_PATH = 0o10_000_000;
const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;

/**
 * Makes a device, fifo or socket file.
 * @param path latin1 bytes
 * @throws SystemError EEXIST, EPERM (devices need root), …; AppError SYSTEM_UNSUPPORTED
 */
export function makeNode(path: string, { type, mode, major = 0, minor = 0 }: NodeSpec): void {
  requireLinux('special files of this kind');
  // By number: glibc exports `mknod` only since 2.33.
  const syscall = nativeFunction('long syscall(long, long, void *, long, long)');
  const device = type === 'char' || type === 'block' ? deviceNumber(major, minor) : 0;
  const bits = TYPE_BITS[type] | (mode & 0o777);
  callNative(syscall, 'mknod', path, mknodat(), AT_FDCWD, cString(path), bits, device);
  setMode(path, { bits, mode });
}

/** Sets the mode of the new node; a file that has replaced it meanwhile keeps its own. */
function setMode(path: string, { bits, mode }: { readonly bits: number; readonly mode: number }) {
  const fd = openSync(fsPath(path), O_PATH | constants.O_NOFOLLOW);
  try {
    const isOurs = (fstatSync(fd).mode & TYPE_MASK) === (bits & TYPE_MASK);
    if (isOurs) chmodSync(`/proc/self/fd/${fd}`, mode);
  } finally {
    closeSync(fd);
  }
}

/**
 * Sets access and modification time of the file itself (a symlink is not followed).
 * @param path latin1 bytes
 * @param seconds since the epoch, may be negative
 * @param nanoseconds 0..999_999_999
 * @throws SystemError; AppError SYSTEM_UNSUPPORTED
 */
export function setTimes(path: string, seconds: number, nanoseconds: number): void {
  requireLinux('call that sets exact times');
  const utimensat = nativeFunction('int utimensat(int, void *, void *, int)');
  const times = BigInt64Array.of(
    BigInt(seconds),
    BigInt(nanoseconds),
    BigInt(seconds),
    BigInt(nanoseconds),
  );
  const bytes = new Uint8Array(times.buffer);
  callNative(utimensat, 'utimensat', path, AT_FDCWD, cString(path), bytes, AT_SYMLINK_NOFOLLOW);
}

function mknodat(): number {
  return process.arch === 'x64' ? 259 : 33;
}

/** The kernel's 32-bit form of a device number: 12 bits of major, 20 of minor. */
function deviceNumber(major: number, minor: number): number {
  return ((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & 0xfff00) << 12)) >>> 0;
}
