/** How much room files take. */
import { lstatSync, readdirSync } from 'node:fs';
import { hasErrorCode } from '../system/index.ts';

const SLASH = Buffer.from('/');

/**
 * Bytes on the disk of a file, or of a directory with all that is below it. What vanishes meanwhile, or lies
 * too deep to be named, counts nothing.
 */
export function diskUsageOf(path: string): number {
  let bytes = 0;
  const pending = [Buffer.from(path)];
  for (let next = pending.pop(); next; next = pending.pop()) {
    try {
      const stats = lstatSync(next);
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
