/** Whether this kernel can mount EROFS images from plain files. */
import { readFileSync } from 'node:fs';
import { release } from 'node:os';

/** The first Linux with file-backed EROFS. */
const FILE_BACKED_SINCE = [6, 12] as const;

/**
 * Whether Linux is recent enough and its kernel has EROFS. Only mounting shows whether file-backed EROFS was compiled
 * in (ENOTBLK).
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
