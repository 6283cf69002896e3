import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { takeChildStatus } from './children.ts';

test('a running child has no status yet, and no child is an error', async () => {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  await once(child, 'spawn');
  expect(takeChildStatus(child.pid ?? 0)).toBeUndefined();
  child.kill();
  await once(child, 'exit');
  expect(() => takeChildStatus(process.ppid)).toThrow(expect.objectContaining({ code: 'ECHILD' }));
});
