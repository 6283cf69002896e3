import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ChildStatus, takeChildStatus } from './children.ts';
import { type ChildProgram, startChild } from './start-child.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lamina-child-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Node.js must not take the status: it waits for its own children only. */
function ended(pid: number): Promise<ChildStatus> {
  return new Promise((resolve) => {
    const look = () => {
      const status = takeChildStatus(pid);
      if (status === undefined) return;
      process.off('SIGCHLD', look);
      resolve(status);
    };
    process.on('SIGCHLD', look);
    look();
  });
}

async function run(script: string, child: Partial<ChildProgram> = {}) {
  const output = join(directory, 'output');
  const fd = openSync(output, 'w');
  const args = ['-c', script];
  const given = { program: 'sh', args, env: [], fds: ['ignore', fd, fd] as const, ...child };
  const pid = startChild(given);
  closeSync(fd);
  const status = await ended(pid);
  return { status, output: readFileSync(output, 'utf8') };
}

test('a program gets its arguments, variables and descriptors, and nothing else', async () => {
  const ours = openSync(join(directory, 'ours'), 'w');
  const script = `echo "$0 $1 é"; env; test -e /proc/$$/fd/${ours} && echo open; exit 3`;
  const args = ['-c', script, 'zero', 'one'];
  const { status, output } = await run('', { args, env: ['A=b c', 'PATH=/usr/bin:/bin'] });
  closeSync(ours);
  expect(status).toEqual({ kind: 'exited', exitCode: 3 });
  const lines = output.split('\n').filter((line) => !/^(_|PWD|OLDPWD|SHLVL)=/.test(line));
  expect(lines).toEqual(['zero one é', 'A=b c', 'PATH=/usr/bin:/bin', '']);
});

test('no signal is ignored or blocked', async () => {
  const { output } = await run('while read -r line; do echo "$line"; done < /proc/self/status');
  expect(output).toMatch(/^SigBlk:\t0+$/m);
  expect(output).toMatch(/^SigIgn:\t0+$/m);
});

test('the end by a signal is told', async () => {
  const { status } = await run('kill -9 $$');
  expect(status).toEqual({ kind: 'killed', signal: 9 });
});

test('a program that does not exist', () => {
  const missing = { program: join(directory, 'none'), args: [], env: [], fds: [] };
  expect(() => startChild(missing)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
});

test('a descriptor that would be overwritten is a mistake', () => {
  const child = { program: 'true', args: [], env: [], fds: [1, 0] };
  expect(() => startChild(child)).toThrow('would be overwritten');
});
