/** The directory in which a root file system is put together. */
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRoot } from '../system/index.ts';

/** In a user namespace the directory must be one that others may enter, which the store's are not. */
export function makeScratch(temporaryDirectory: string | undefined): Promise<string> {
  const parent = isRoot() ? (temporaryDirectory ?? tmpdir()) : tmpdir();
  return mkdtemp(join(parent, 'lamina-base-'));
}

/** Removes a directory unless something is mounted in it, which a recursive removal would walk into. */
export async function removeUnmounted(directory: string): Promise<void> {
  const table = await readFile('/proc/self/mountinfo', 'utf8');
  const path = await realpath(directory);
  const inside = table.split('\n').some((line) => {
    // Blanks and the like are written as octal escapes.
    const mountPoint = (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, digits) =>
      String.fromCharCode(Number.parseInt(digits, 8)),
    );
    return mountPoint === path || mountPoint.startsWith(`${path}/`);
  });
  if (!inside) await rm(path, { recursive: true, force: true });
}
