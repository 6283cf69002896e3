/** The user of this process. */
import { readFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';

/** True when the process runs as root (of its user namespace). */
export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** Whether the user namespace of this process has no other id than its user's. */
export function hasOneId(): boolean {
  try {
    const [, , count, ...more] = readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/);
    return count === '1' && more.length === 0;
  } catch {
    return false;
  }
}

/** Whether this process runs in a user namespace: its root may neither mount layers nor set arbitrary owners. */
export function isInUserNamespace(): boolean {
  try {
    const ids = readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/).join(' ');
    return ids !== ALL_IDS;
  } catch {
    return false;
  }
}

/** The content of /proc/self/uid_map outside user namespaces: every id mapped to itself. */
const ALL_IDS = '0 0 4294967295';

/** Undefined if HOME is not set and /etc/passwd has no entry for the user, as in many containers. */
export function homeDirectory(): string | undefined {
  return orUndefined(homedir);
}

/** Undefined if /etc/passwd has no entry for the user. */
export function userName(): string | undefined {
  return orUndefined(() => userInfo().username);
}

function orUndefined(ask: () => string): string | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
