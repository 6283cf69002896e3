/** The devices of this machine, for processes that may use them. */
import { type Dirent, lstatSync, readdirSync, statSync } from 'node:fs';
import type { HostDevice } from './spec.ts';

/** Created in every container, or part of somebody's session. */
const NOT_SHARED = new Set(['pts', 'shm', 'mqueue', 'console', 'fd', 'ptmx', 'tty']);

/** All shareable devices, with their paths. */
export function allHostDevices(): HostDevice[] {
  return readEntries('/dev').flatMap(({ name }) =>
    NOT_SHARED.has(name) ? [] : devicesAt(`/dev/${name}`, lstatSync),
  );
}

/** @param path a device, a link to one, or a directory of devices, which keep their paths */
export function hostDevices(path: string): HostDevice[] {
  return devicesAt(path, statSync);
}

function devicesAt(path: string, look: typeof lstatSync): HostDevice[] {
  const stat = look(path, { throwIfNoEntry: false });
  if (!stat) return [];
  if (stat.isDirectory()) {
    return readEntries(path).flatMap(({ name }) => devicesAt(`${path}/${name}`, lstatSync));
  }
  if (!stat.isCharacterDevice() && !stat.isBlockDevice()) return [];
  const { uid, gid, mode, rdev } = stat;
  const type = stat.isBlockDevice() ? 'b' : 'c';
  const { major, minor } = deviceNumbers(rdev);
  return [{ type, path, major, minor, fileMode: mode & 0o777, uid, gid }];
}

/** As the C library packs them: 12 low bits of major from bit 8, minor around them. */
function deviceNumbers(rdev: number): { major: number; minor: number } {
  const number = BigInt(rdev);
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & ~0xfffn);
  const minor = (number & 0xffn) | ((number >> 12n) & ~0xffn & 0xffffffffn);
  return { major: Number(major), minor: Number(minor) };
}

function readEntries(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}
