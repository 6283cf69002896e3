import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bundleScript } from '../../test/support/script.ts';
import { acquireLock, type Lock, type LockMode, tryLock } from './index.ts';
import { tryMarkerLock } from './marker-lock.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lamina-locks-'));
  path = join(directory, 'lock');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

type TryLock = (path: string, mode: LockMode) => Lock | undefined;

test('a symlink is not followed to a lock file', () => {
  symlinkSync(join(directory, 'elsewhere'), path);
  expect(() => tryLock(path, 'shared')).toThrow(/ELOOP/);
  expect(existsSync(join(directory, 'elsewhere'))).toBe(false);
});

describe.each([
  ['tryLock', tryLock],
  ['tryMarkerLock', tryMarkerLock],
] satisfies [string, TryLock][])('%s', (_name, take) => {
  test('shares with sharers and excludes everybody else', () => {
    const first = take(path, 'shared');
    const second = take(path, 'shared');
    expect(first && second).toBeDefined();
    expect(take(path, 'exclusive')).toBeUndefined();
    first?.release();
    expect(take(path, 'exclusive')).toBeUndefined();
    second?.release();
    const exclusive = take(path, 'exclusive');
    expect(exclusive?.mode).toBe('exclusive');
    expect(take(path, 'shared')).toBeUndefined();
    exclusive?.release();
    expect(take(path, 'shared')).toBeDefined();
  });

  test('gives up a lock once only', () => {
    const first = take(path, 'exclusive');
    first?.release();
    const second = take(path, 'exclusive');
    first?.release();
    expect(take(path, 'exclusive')).toBeUndefined();
    second?.release();
  });

  test('ends with a using declaration', () => {
    {
      using lock = take(path, 'exclusive');
      expect(lock).toBeDefined();
    }
    expect(take(path, 'exclusive')).toBeDefined();
  });
});

test('a lock on a deleted file is not a lock on the new file', () => {
  const first = tryLock(path, 'exclusive');
  rmSync(path);
  const second = tryLock(path, 'exclusive');
  expect(second).toBeDefined();
  first?.release();
  expect(tryLock(path, 'shared')).toBeUndefined();
  second?.release();
});

describe('acquireLock', () => {
  test('waits until the lock is free', async () => {
    const first = tryLock(path, 'exclusive');
    const waiting = acquireLock(path, 'exclusive');
    first?.release();
    const second = await waiting;
    expect(tryLock(path, 'shared')).toBeUndefined();
    second.release();
  });

  test('stops when its signal is aborted', async () => {
    using _held = tryLock(path, 'exclusive');
    const controller = new AbortController();
    const waiting = acquireLock(path, 'shared', { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'BUILD_CANCELLED' });
  });

  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'gets what a process ended by %s held',
    async (signal) => {
      using script = await bundleScript(`
      import { tryLock } from './system/index.ts';
      tryLock(process.argv[2], 'exclusive');
      console.log('held');
      setInterval(() => {}, 1000);
    `);
      const child = spawn(process.execPath, [script.path, path], {
        env: script.env,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await firstOutput(child);
      expect(tryLock(path, 'shared')).toBeUndefined();
      const waiting = acquireLock(path, 'exclusive');
      child.kill(signal);
      const lock = await waiting;
      expect(lock.mode).toBe('exclusive');
      lock.release();
    },
  );
});

async function firstOutput(child: ChildProcess): Promise<void> {
  if (!child.stdout) throw new Error('no output to wait for');
  await once(child.stdout, 'data');
}
