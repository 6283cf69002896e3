import { closeSync, fsyncSync, openSync } from 'node:fs';
import { hasErrorCode } from '../system/index.ts';

/** Makes the names in a directory durable, where the system can. */
export function syncDirectory(path: string): void {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    fsyncSync(fd);
  } catch (error) {
    // Some file systems cannot sync directories.
    if (!hasErrorCode(error, 'EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM', 'EBADF')) throw error;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
