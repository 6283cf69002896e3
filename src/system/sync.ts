import { open } from 'node:fs/promises';
import { callNativeAsync } from './libc.ts';

/**
 * Waits until everything written so far to the file system of `path` is on the disk. Does not block JavaScript.
 * @param path a file or directory, latin1 bytes
 * @throws SystemError EIO if a write failed
 */
export async function syncFileSystem(path: string): Promise<void> {
  const handle = await open(Buffer.from(path, 'latin1'), 'r');
  try {
    if (process.platform === 'linux') {
      await callNativeAsync('int syncfs(int)', 'syncfs', path, handle.fd);
    } else {
      await callNativeAsync('void sync()', 'sync', path);
    }
  } finally {
    await handle.close();
  }
}
