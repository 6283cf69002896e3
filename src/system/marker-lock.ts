/**
 * Replaces `flock` if the C library cannot be called: each holder has a marker file next to the lock's path, named by
 * mode and process. Markers of dead processes do not count. Weaker than `flock`: it relies on process ids.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Lock, LockMode } from './lock.ts';
import { hasErrorCode } from './system-error.ts';

/**
 * Takes the lock if it is free. Two processes that try at the same time may both fail.
 * @throws errors of `node:fs`
 */
export function tryMarkerLock(path: string, mode: LockMode): Lock | undefined {
  const directory = `${path}.holders`;
  const marker = `${mode}-${process.pid}-${randomBytes(6).toString('hex')}`;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(`${directory}/${marker}`, '');
  // Create our marker before looking: of two concurrent processes, at least one sees the other.
  let held = true;
  const release = (): void => {
    if (!held) return;
    held = false;
    rmSync(`${directory}/${marker}`, { force: true });
  };
  const others = readdirSync(directory).filter((name) => name !== marker);
  const refused = others.some((name) => isAlive(name) && excludes(mode, name));
  if (refused) {
    release();
    return undefined;
  }
  return { path, mode, release, [Symbol.dispose]: release };
}

function excludes(mode: LockMode, marker: string): boolean {
  return mode === 'exclusive' || marker.startsWith('exclusive-');
}

function isAlive(marker: string): boolean {
  const pid = Number(marker.split('-')[1]);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasErrorCode(error, 'ESRCH');
  }
}
