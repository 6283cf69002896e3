/** Constants of the kernel that several files use. */

export const AT_FDCWD = -100;

/** Flags of `clone(2)`; namespaces under their names in the OCI specification. */
export const CLONE: Readonly<
  Record<'vfork' | 'parent' | 'parentSetTid', number> & Record<string, number>
> = {
  mount: 0x0002_0000,
  cgroup: 0x0200_0000,
  uts: 0x0400_0000,
  ipc: 0x0800_0000,
  pid: 0x2000_0000,
  network: 0x4000_0000,
  vfork: 0x0000_4000,
  parent: 0x0000_8000,
  parentSetTid: 0x0010_0000,
};

/** Options of mounts that are flags of `mount(2)`. */
export const MOUNT_FLAGS: Readonly<Record<string, number | undefined>> = {
  ro: 0x1,
  nosuid: 0x2,
  nodev: 0x4,
  noexec: 0x8,
  remount: 0x20,
  bind: 0x1000,
  relatime: 0x20_0000,
  strictatime: 0x100_0000,
};

/** The same options as attributes of `mount_setattr(2)`. */
export const MOUNT_ATTRIBUTES: Readonly<Record<string, number | undefined>> = {
  ro: 0x1,
  nosuid: 0x2,
  nodev: 0x4,
  noexec: 0x8,
};

export function cString(text: string): Buffer {
  if (text.includes('\0')) throw new Error('a zero byte in a string for the kernel');
  return Buffer.from(`${text}\0`);
}
