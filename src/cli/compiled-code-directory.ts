/** The directory for the code that V8 compiled from the command. */
import { existsSync, lstatSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Environment } from '../environment.ts';

/**
 * A directory in the user's cache directory, created if missing. Its files are run as code, so it is used only if no
 * other user can write to it or move it. Root with the HOME of an ordinary user, as with some sudo settings, does
 * without.
 */
export function compiledCodeDirectory(env: Environment): string | undefined {
  const base = env.XDG_CACHE_HOME || (env.HOME && join(env.HOME, '.cache'));
  if (!base?.startsWith('/')) return undefined;
  const path = [dirname(base), base, join(base, 'lamina'), join(base, 'lamina', 'compiled')];
  try {
    for (const directory of path) {
      if (directory !== path[0] && !existsSync(directory)) mkdirSync(directory, { mode: 0o700 });
      if (!isSafe(directory)) return undefined;
    }
    return path.at(-1);
  } catch {
    return undefined;
  }
}

/** Whether only this user and root can change the directory. Sticky directories such as /tmp protect their entries. */
function isSafe(directory: string): boolean {
  const stat = lstatSync(directory);
  if (!stat.isDirectory() || (stat.uid !== process.getuid?.() && stat.uid !== 0)) return false;
  return (stat.mode & 0o022) === 0 || (stat.mode & 0o1000) !== 0;
}
