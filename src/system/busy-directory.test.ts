import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundleScript } from '../../test/support/script.ts';
import { awaitIdle, isBusy, markBusy } from './index.ts';

const SHORT = 1;
const LONG = 60_000;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lamina-busy-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('a directory without a helper is idle, and so is what is no directory', async () => {
  expect([isBusy(directory), await awaitIdle(directory, SHORT)]).toEqual([false, 'finished']);
  expect(await awaitIdle(join(directory, 'none'), SHORT)).toBe('finished');
});

test('others wait for all helpers of a directory', async () => {
  const first = markBusy(directory, 'one');
  const second = markBusy(directory, 'two');
  first.finish();
  expect([isBusy(directory), await awaitIdle(directory, SHORT)]).toEqual([true, 'busy']);
  const waiting = awaitIdle(directory, LONG);
  second.finish();
  expect([await waiting, isBusy(directory)]).toEqual(['finished', false]);
});

test('a helper that was killed has not finished', async () => {
  using script = await bundleScript(`
    import { markBusy } from './system/index.ts';
    markBusy(process.argv[2], 'helper');
    process.kill(process.pid, 'SIGKILL');
  `);
  spawnSync(process.execPath, [script.path, directory], { env: script.env, timeout: LONG });
  expect([isBusy(directory), await awaitIdle(directory, LONG)]).toEqual([false, 'lost']);
});
