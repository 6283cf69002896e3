/**
 * Overlay mounts. The new mount API takes lower directories one by one, up to the kernel's limit (500). Without it or
 * its `lowerdir+` (before Linux 6.8), classic mount options are used, which are limited to one page.
 */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { AppError } from '../errors.ts';
import { callNative, cString, nativeFunction, requireLinux } from './libc.ts';
import { mount } from './mounts.ts';
import { hasErrorCode } from './system-error.ts';

export interface OverlayMount {
  /** Lower directories, topmost first. */
  readonly lowers: readonly string[];
  /** Absent, like `work`, for a read-only view. */
  readonly upper?: string | undefined;
  /** Empty directory on the file system of `upper`. */
  readonly work?: string | undefined;
  readonly target: string;
  /** Never sync to the disk, neither on fsync nor on unmount; only with `upper`. Requires Linux 5.10. */
  readonly volatile?: boolean | undefined;
  /** In a user namespace: `user.overlay.*` attributes, with which the kernel refuses the options against surprises. */
  readonly userXattrs?: boolean | undefined;
}

/** Lamina reads upper directories, so they must be complete: without redirects of renames and metadata-only copies. */
const PLAIN_OPTIONS = [
  ['redirect_dir', 'off'],
  ['metacopy', 'off'],
  ['index', 'off'],
] as const;

const SYSCALL = { moveMount: 429, fsopen: 430, fsconfig: 431, fsmount: 432 } as const;
const FSCONFIG_SET_FLAG = 0;
const FSCONFIG_SET_STRING = 1;
const FSCONFIG_CREATE = 6;
const CLOEXEC = 1;
const AT_FDCWD = -100;
const MOVE_MOUNT_F_EMPTY_PATH = 4;
const PAGE = 4096;

/**
 * Mounts lower directories as one tree, with an upper directory for the changes.
 * @throws SystemError; AppError SYSTEM_STACK_TOO_DEEP if only the classic options exist and they exceed one page
 */
export function mountOverlay(overlay: OverlayMount): void {
  requireLinux('overlay mounts');
  try {
    mountWithContext(overlay);
  } catch (error) {
    // The system call is missing, or the kernel's overlay does not support `lowerdir+`.
    if (!hasErrorCode(error, 'ENOSYS', 'EINVAL', 'EPERM')) throw error;
    try {
      mountClassic(overlay);
    } catch (second) {
      // The new API reports errors as text, the old one only as a number.
      throw second instanceof AppError ? second : error;
    }
  }
}

/** Mounts with `fsopen`, `fsconfig`, `fsmount` and `move_mount`. */
export function mountWithContext(overlay: OverlayMount): void {
  const { lowers, upper, work, target } = overlay;
  const fsopen = nativeFunction('long syscall(long, void *, long)');
  const fsmount = nativeFunction('long syscall(long, long, long, long)');
  const context = callNative(fsopen, 'fsopen', target, SYSCALL.fsopen, cString('overlay'), CLOEXEC);
  try {
    configure(context, FSCONFIG_SET_STRING, 'source', 'overlay');
    if (overlay.userXattrs) configure(context, FSCONFIG_SET_FLAG, 'userxattr', null);
    else {
      for (const [key, value] of PLAIN_OPTIONS) configure(context, FSCONFIG_SET_STRING, key, value);
    }
    for (const lower of lowers) configure(context, FSCONFIG_SET_STRING, 'lowerdir+', lower);
    if (upper !== undefined) configure(context, FSCONFIG_SET_STRING, 'upperdir', upper);
    if (work !== undefined) configure(context, FSCONFIG_SET_STRING, 'workdir', work);
    if (overlay.volatile) configure(context, FSCONFIG_SET_FLAG, 'volatile', null);
    configure(context, FSCONFIG_CREATE, null, null);
    const mounted = callNative(fsmount, 'fsmount', target, SYSCALL.fsmount, context, CLOEXEC, 0);
    try {
      moveMount(mounted, target);
    } finally {
      closeSync(mounted);
    }
  } catch (error) {
    throw withKernelMessages(context, error);
  } finally {
    closeSync(context);
  }
}

/**
 * Mounts with options of `mount(2)`, which are limited to one page: if they are longer, names the lower directories by
 * open descriptors, which is shorter.
 */
export function mountClassic(overlay: OverlayMount): void {
  const data = classicOptions(overlay, overlay.lowers);
  if (data.length < PAGE) {
    mount({ source: 'overlay', target: overlay.target, type: 'overlay', data });
    return;
  }
  const fds: number[] = [];
  try {
    for (const lower of overlay.lowers) {
      fds.push(openSync(Buffer.from(lower, 'latin1'), constants.O_RDONLY | constants.O_DIRECTORY));
    }
    const lowers = fds.map((fd) => `/proc/self/fd/${fd}`);
    const shorter = classicOptions(overlay, lowers);
    if (shorter.length >= PAGE) throw tooDeep(lowers.length);
    mount({ source: 'overlay', target: overlay.target, type: 'overlay', data: shorter });
  } finally {
    for (const fd of fds) closeSync(fd);
  }
}

function classicOptions(overlay: OverlayMount, lowers: readonly string[]): string {
  const { upper, work, userXattrs } = overlay;
  const plain = PLAIN_OPTIONS.map(([key, value]) => `${key}=${value}`);
  const options: string[] = userXattrs ? ['userxattr'] : plain;
  if (overlay.volatile) options.push('volatile');
  options.push(`lowerdir=${lowers.map((lower) => escapeOption(lower)).join(':')}`);
  if (upper !== undefined) options.push(`upperdir=${escapeOption(upper)}`);
  if (work !== undefined) options.push(`workdir=${escapeOption(work)}`);
  return options.join(',');
}

function tooDeep(depth: number): AppError {
  return new AppError('SYSTEM_STACK_TOO_DEEP', `this kernel cannot mount ${depth} layers at once`, {
    hint: 'use Linux 6.8 or later, or an image with fewer layers',
  });
}

function configure(
  context: number,
  command: number,
  key: string | null,
  value: string | null,
): void {
  const fsconfig = nativeFunction('long syscall(long, long, long, void *, void *, long)');
  const keyBytes = key === null ? null : cString(key);
  const valueBytes = value === null ? null : cString(value);
  const name = key === null ? 'fsconfig' : `fsconfig ${key}`;
  callNative(
    fsconfig,
    name,
    value ?? undefined,
    SYSCALL.fsconfig,
    context,
    command,
    keyBytes,
    valueBytes,
    0,
  );
}

function moveMount(mounted: number, target: string): void {
  const call = nativeFunction('long syscall(long, long, void *, long, void *, long)');
  const empty = cString('');
  const to = cString(target);
  callNative(
    call,
    'move_mount',
    target,
    SYSCALL.moveMount,
    mounted,
    empty,
    AT_FDCWD,
    to,
    MOVE_MOUNT_F_EMPTY_PATH,
  );
}

/** Adds the kernel's messages from the mount context; the error number alone says little. */
function withKernelMessages(context: number, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const messages: string[] = [];
  const buffer = Buffer.alloc(1024);
  try {
    for (;;) messages.push(buffer.toString('utf8', 0, readSync(context, buffer)).trim());
  } catch {
    // ENODATA: no more messages.
  }
  if (messages.length > 0) error.message += ` (${messages.join('; ')})`;
  return error;
}

function escapeOption(path: string): string {
  return path.replace(/[\\:,]/g, (character) => `\\${character}`);
}
