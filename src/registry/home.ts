/** Where the machine's user keeps configurations. */
import { join } from 'node:path';
import type { Environment } from '../environment.ts';
import { homeDirectory } from '../system/index.ts';

/** A user without a home directory has no configuration: the root directory has none. */
export function homeOf(env: Environment): string {
  return env.HOME || homeDirectory() || '/';
}

export function configHome(env: Environment): string {
  return env.XDG_CONFIG_HOME || join(homeOf(env), '.config');
}
