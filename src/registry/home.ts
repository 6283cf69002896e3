/** The user's configuration directory. */
import { join } from 'node:path';
import type { Environment } from '../environment.ts';
import { homeDirectory } from '../system/index.ts';

/** A user without a home directory gets the root directory, which holds no configuration. */
export function homeOf(env: Environment): string {
  return env.HOME || homeDirectory() || '/';
}

export function configHome(env: Environment): string {
  return env.XDG_CONFIG_HOME || join(homeOf(env), '.config');
}
