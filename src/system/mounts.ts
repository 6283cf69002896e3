/**
 * Mounting. Only the runner process calls this, in a mount namespace of its own: lamina's own process never has
 * anything mounted. Paths are latin1 bytes.
 */
import { callNative, cString, nativeFunction, requireLinux } from './libc.ts';

/** Flags of `mount(2)`, to be or-ed. */
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
  /** Device, directory or a name, as the type wants it. */
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
 * Unmounts what is mounted at exactly this path (a symlink is not followed).
 * @param options.detach: hide it at once and let it go when nobody uses it any more
 * @throws SystemError EINVAL when nothing is mounted there, EBUSY, …
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
  /** The file the metadata points into: the layer's tar. */
  readonly device: string;
  readonly target: string;
}

/**
 * Mounts a file as an EROFS, read-only. Needs Linux 6.12 and `erofs` in the kernel; no loop device is made, and
 * that is why `mount(8)` cannot be used.
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
