/** The devices of this machine, for processes that were allowed to use them. */
import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import type { OciDevice } from './oci-types.ts';

/** Made anew in every container, or belonging to somebody's session. */
const NOT_SHARED = new Set(['pts', 'shm', 'mqueue', 'console', 'fd', 'ptmx', 'tty']);

/** @param directory below which to look; devices keep their paths */
export function hostDevices(directory = '/dev', isTop = true): OciDevice[] {
  return readEntries(directory).flatMap((entry) => {
    if (isTop && NOT_SHARED.has(entry.name)) return [];
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory()) return hostDevices(path, false);
    return entry.isCharacterDevice() || entry.isBlockDevice() ? device(path) : [];
  });
}

function device(path: string): OciDevice[] {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return [];
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
