/** The directory in which a root file system is assembled. */
import { chmod, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRoot } from '../system/index.ts';

/** As /tmp has it: for the programs that run there the directory is /tmp, and apt checks signatures as a user of its own. */
const EVERYBODY = 0o1777;

/** In a user namespace, others must be able to enter the directory, which the store does not allow. */
export async function makeScratch(temporaryDirectory: string | undefined): Promise<string> {
  const parent = isRoot() ? (temporaryDirectory ?? tmpdir()) : tmpdir();
  const scratch = await mkdtemp(join(parent, 'lamina-base-'));
  await chmod(scratch, EVERYBODY);
  return scratch;
}

/** Removes a directory unless something is mounted in it, since the removal would delete the mounted files. */
export async function removeUnmounted(directory: string): Promise<void> {
  const table = await readFile('/proc/self/mountinfo', 'utf8');
  const path = await realpath(directory);
  const inside = table.split('\n').some((line) => {
    // Spaces and the like are written as octal escapes.
    const mountPoint = (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, digits) =>
      String.fromCharCode(Number.parseInt(digits, 8)),
    );
    return mountPoint === path || mountPoint.startsWith(`${path}/`);
  });
  if (!inside) await rm(path, { recursive: true, force: true });
}
