/** Where the machine's user keeps configurations. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../http/index.ts';

export function homeOf(env: Environment): string {
  return env.HOME || homedir();
}

export function configHome(env: Environment): string {
  return env.XDG_CONFIG_HOME || join(homeOf(env), '.config');
}
