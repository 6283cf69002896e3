/** Where the code is kept that V8 compiled of the command. */
import { existsSync, lstatSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { Environment } from '../environment.ts';

/**
 * A directory in the cache directory of the user, made if it is absent. What lies in it is run as code, so it is used
 * only if nobody else can write to it or move it: root with the HOME of an ordinary user, as some sudo settings leave
 * it, goes without.
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

/** Whether only we, and root, can change what the directory holds. Sticky ones such as /tmp protect what is ours. */
function isSafe(directory: string): boolean {
  const stat = lstatSync(directory);
  if (!stat.isDirectory() || (stat.uid !== process.getuid?.() && stat.uid !== 0)) return false;
  return (stat.mode & 0o022) === 0 || (stat.mode & 0o1000) !== 0;
}
