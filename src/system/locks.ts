/**
 * Locks between processes: `flock` on a file. The kernel releases them when the process ends, in any way: no lock
 * outlives its holder, and no process id has to be trusted.
 */
import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { Backoff } from '../concurrency/index.ts';
import { AbortedError } from '../errors.ts';
import { lastError, type NativeFunction, nativeFunction } from './libc.ts';
import type { Lock, LockMode } from './lock.ts';
import { tryMarkerLock } from './marker-lock.ts';
import { hasErrorCode, SystemError } from './system-error.ts';

export interface AcquireOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Do not follow a symlink: it could create the lock file elsewhere. */
const OPEN_FLAGS =
  constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
const LOCK_SHARED = 1;
const LOCK_EXCLUSIVE = 2;
const LOCK_NONBLOCKING = 4;

/**
 * Takes a lock if it is free.
 * @param path the lock file, created if missing; only holders of the lock may delete it
 * @returns undefined if another holder's mode excludes this one
 * @throws errors of `node:fs` if the file cannot be opened; SystemError
 */
export function tryLock(path: string, mode: LockMode): Lock | undefined {
  const flock = bindFlock();
  if (!flock) return tryMarkerLock(path, mode);
  for (;;) {
    const fd = openSync(path, OPEN_FLAGS, 0o600);
    let held = false;
    try {
      if (!flockNow(flock, fd, path, mode)) return undefined;
      held = isStillAt(fd, path);
      if (held) return heldLock(fd, path, mode);
    } finally {
      if (!held) closeSync(fd);
    }
  }
}

/**
 * Locks an open file exclusively until it is closed, where the file system has locks and no other process holds one.
 * @param path for messages
 */
export function lockOpenFile(fd: number, path: string): void {
  const flock = bindFlock();
  if (flock === undefined) return;
  try {
    flockNow(flock, fd, path, 'exclusive');
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
}

/**
 * Waits for a lock, polling at growing intervals (a blocking `flock` would occupy a thread of Node's pool).
 * @throws AbortedError if the signal is aborted first
 */
export async function acquireLock(
  path: string,
  mode: LockMode,
  { signal }: AcquireOptions = {},
): Promise<Lock> {
  if (signal?.aborted) throw new AbortedError();
  for (const backoff = new Backoff(); ; await backoff.pause(signal)) {
    const lock = tryLock(path, mode);
    if (lock) return lock;
  }
}

function flockNow(flock: NativeFunction, fd: number, path: string, mode: LockMode): boolean {
  const operation = (mode === 'shared' ? LOCK_SHARED : LOCK_EXCLUSIVE) | LOCK_NONBLOCKING;
  for (;;) {
    if (flock(fd, operation) === 0) return true;
    const error = lastError('flock', path);
    if (error.code === 'EAGAIN' || error.code === 'EWOULDBLOCK') return false;
    if (error.code !== 'EINTR') throw error;
  }
}

/** A holder may have deleted the file between our open and lock: others would then lock a new file. */
function isStillAt(fd: number, path: string): boolean {
  try {
    const here = fstatSync(fd, { bigint: true });
    const there = statSync(path, { bigint: true });
    return here.ino === there.ino && here.dev === there.dev;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return false;
    throw error;
  }
}

function heldLock(fd: number, path: string, mode: LockMode): Lock {
  let held = true;
  const release = (): void => {
    if (!held) return;
    held = false;
    closeSync(fd);
  };
  return { path, mode, release, [Symbol.dispose]: release };
}

function bindFlock(): NativeFunction | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    return nativeFunction('int flock(int, int)');
  } catch {
    return undefined;
  }
}
