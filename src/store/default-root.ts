import { isAbsolute, join } from 'node:path';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { homeDirectory, isInUserNamespace, isRoot } from '../system/index.ts';

/**
 * The default location of the store: `LAMINA_ROOT`, else `/var/lib/lamina` for root of the machine, else the
 * user's data directory.
 *
 * @throws AppError STORE_NO_HOME
 */
export function defaultRoot(env: Environment): string {
  if (env.LAMINA_ROOT) return env.LAMINA_ROOT;
  if (isRoot() && !isInUserNamespace()) return '/var/lib/lamina';
  const data = env.XDG_DATA_HOME;
  // The XDG specification requires relative paths to be ignored.
  if (data && isAbsolute(data)) return join(data, 'lamina');
  const home = env.HOME || homeDirectory();
  if (home !== undefined) return join(home, '.local', 'share', 'lamina');
  throw new AppError('STORE_NO_HOME', 'there is no home directory for the store', {
    expected: `LAMINA_ROOT or HOME, or an entry in /etc/passwd for the user id ${process.getuid?.()}`,
    hint: 'set LAMINA_ROOT to a directory that you own',
  });
}
