/** Who this process is. */
import { readFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';

/** True when the process runs as root (of its user namespace). */
export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** Whether root of this process is another user of the machine: then it may neither mount layers nor own files as it likes. */
export function isInUserNamespace(): boolean {
  try {
    const ids = readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/).join(' ');
    return ids !== ALL_IDS;
  } catch {
    return false;
  }
}

/** What /proc says outside of user namespaces: every id, mapped to itself. */
const ALL_IDS = '0 0 4294967295';

/** Undefined where HOME is not set and /etc/passwd has no entry for the user, as in many containers. */
export function homeDirectory(): string | undefined {
  return orUndefined(homedir);
}

/** Undefined where /etc/passwd has no entry for the user. */
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
