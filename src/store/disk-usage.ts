/** Disk usage of files. */
import { lstatSync, readdirSync } from 'node:fs';
import { hasErrorCode } from '../system/index.ts';

const SLASH = Buffer.from('/');

/**
 * Bytes on the disk of a file, or of a directory with its content. Ignores files that vanish meanwhile or have too long
 * paths.
 *
 * @param seen files with several links that were counted before, which are not counted again; grows
 */
export function diskUsageOf(path: string, seen: Set<string> = new Set()): number {
  let bytes = 0;
  const pending = [Buffer.from(path)];
  for (let next = pending.pop(); next; next = pending.pop()) {
    try {
      const stats = lstatSync(next);
      if (stats.nlink > 1 && !stats.isDirectory()) {
        const inode = `${stats.dev}:${stats.ino}`;
        if (seen.has(inode)) continue;
        seen.add(inode);
      }
      bytes += stats.blocks * 512;
      if (!stats.isDirectory()) continue;
      for (const name of readdirSync(next, { encoding: 'buffer' })) {
        pending.push(Buffer.concat([next, SLASH, name]));
      }
    } catch (error) {
      if (!hasErrorCode(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG')) throw error;
    }
  }
  return bytes;
}
