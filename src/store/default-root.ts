import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { isRoot } from '../system/index.ts';

/**
 * Where the store is when nobody says otherwise: `LAMINA_ROOT`, else for root `/var/lib/lamina`, else the user's
 * data directory.
 */
export function defaultRoot(env: Readonly<Record<string, string | undefined>>): string {
  if (env.LAMINA_ROOT) return env.LAMINA_ROOT;
  if (isRoot()) return '/var/lib/lamina';
  const data = env.XDG_DATA_HOME;
  // The specification of these variables says that relative paths are to be ignored.
  if (data && isAbsolute(data)) return join(data, 'lamina');
  return join(env.HOME || homedir(), '.local', 'share', 'lamina');
}
