/** Whether this kernel mounts EROFS images that are plain files. */
import { readFileSync } from 'node:fs';
import { release } from 'node:os';

/** The first Linux that does. */
const FILE_BACKED_SINCE = [6, 12] as const;

/**
 * A new enough Linux with EROFS in its kernel. Whether the kernel was built with file-backed EROFS shows only when mounting
 * (ENOTBLK).
 */
export function kernelHasErofs(): boolean {
  if (process.platform !== 'linux') return false;
  const [major = 0, minor = 0] = release().split('.').map(Number);
  const [sinceMajor, sinceMinor] = FILE_BACKED_SINCE;
  if (major < sinceMajor || (major === sinceMajor && minor < sinceMinor)) return false;
  try {
    return /\berofs$/m.test(readFileSync('/proc/filesystems', 'latin1'));
  } catch {
    return false;
  }
}
