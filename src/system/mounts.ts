/**
 * Mounts. Only the runner process calls this, in its own mount namespace: lamina's main process never mounts anything.
 * Paths are latin1 bytes.
 */
import { callNative, cString, nativeFunction, requireLinux } from './libc.ts';

/** Flags of `mount(2)`; combine with `|`. */
export const MountFlag = {
  readonly: 0x1,
  nosuid: 0x2,
  nodev: 0x4,
  noexec: 0x8,
  remount: 0x20,
  bind: 0x1000,
  move: 0x2000,
  recursive: 0x4000,
  unbindable: 0x2_0000,
  private: 0x4_0000,
  slave: 0x8_0000,
} as const;

const MNT_DETACH = 2;
const UMOUNT_NOFOLLOW = 8;

export interface MountSpec {
  /** Device, directory or name, depending on the type. */
  readonly source: string;
  readonly target: string;
  /** Absent for bind mounts and changes of propagation. */
  readonly type?: string | undefined;
  /** Or-ed `MountFlag`s. */
  readonly flags?: number | undefined;
  /** Options of the file system, separated by commas; less than one page. */
  readonly data?: string | undefined;
}

/**
 * `mount(2)`.
 * @throws SystemError EPERM, ENOENT, EINVAL, …; AppError SYSTEM_UNSUPPORTED
 */
export function mount({ source, target, type, flags = 0, data }: MountSpec): void {
  requireLinux('mounts of this kind');
  const call = nativeFunction('int mount(void *, void *, void *, unsigned long, void *)');
  const typeBytes = type === undefined ? null : cString(type);
  const dataBytes = data === undefined ? null : cString(data);
  callNative(call, 'mount', target, cString(source), cString(target), typeBytes, flags, dataBytes);
}

/**
 * Unmounts exactly this path (does not follow a symlink).
 * @param options.detach: hide the mount at once, and remove it when it is no longer in use
 * @throws SystemError EINVAL if nothing is mounted there, EBUSY, …
 */
export function umount(target: string, options: { readonly detach?: boolean } = {}): void {
  requireLinux('mounts of this kind');
  const call = nativeFunction('int umount2(void *, int)');
  const flags = UMOUNT_NOFOLLOW | (options.detach ? MNT_DETACH : 0);
  callNative(call, 'umount', target, cString(target), flags);
}

export interface ErofsMount {
  /** The file with the metadata. */
  readonly meta: string;
  /** The file that the metadata points into: the layer's tar. */
  readonly device: string;
  readonly target: string;
}

/**
 * Mounts a file as EROFS, read-only. Requires Linux 6.12 and `erofs` in the kernel. Does not use `mount(8)`, which
 * would create a loop device.
 * @throws SystemError ENODEV (no erofs), ENOTBLK (kernel too old), EINVAL (damaged), …
 */
export function mountErofs({ meta, device, target }: ErofsMount): void {
  if (device.includes(',')) throw new Error(`a comma in the name of a device: ${device}`);
  mount({
    source: meta,
    target,
    type: 'erofs',
    flags: MountFlag.readonly,
    data: `device=${device}`,
  });
}
