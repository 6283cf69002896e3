/** How processes end before their time, and that nothing of them stays. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  buildProgram,
  buildRunner,
  PROGRAM_PATH,
  programEnv,
  Workshop,
} from '../../../test/support/sandbox.ts';
import { AbortedError } from '../../errors.ts';

let workshop: Workshop;
beforeAll(() => {
  buildRunner();
  buildProgram();
  workshop = new Workshop();
});
afterAll(() => workshop[Symbol.asyncDispose]());

/** A word in the command line by which a test's processes can be found on this machine. */
function uniqueWord(): string {
  return `lamina-test-${process.pid}-${Math.random().toString(36).slice(2)}`;
}

/** Numbers of the processes whose command line has the word. */
function processesWith(word: string): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    return readOr(`/proc/${name}/cmdline`).includes(word);
  });
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function parentOf(pid: string): string | undefined {
  return /^PPid:\t(\d+)$/m.exec(readOr(`/proc/${pid}/status`))?.[1];
}

/** While a container starts, runc may still be between it and the runner. */
function runnerAbove(pid: string): string {
  const parent = parentOf(pid);
  if (parent === undefined) throw new Error(`no runner is above the process ${pid}`);
  return readOr(`/proc/${parent}/cmdline`).includes('runner-main') ? parent : runnerAbove(parent);
}

/** Waits until something holds; the test's own time limit is the only one. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(5);
}

describe('an aborted process', () => {
  test('ends at once with all its children, and others go on', async () => {
    const word = uniqueWord();
    const abort = new AbortController();
    const onOutput = () => abort.abort();
    const script = `trap '' TERM INT; sh -c 'sleep 1000; : ${word}' & echo up; wait`;
    const other = workshop.shell('sleep 0.3; echo other');
    const ran = workshop.shell(script, {}, { onOutput, signal: abort.signal });
    await expect(ran).rejects.toThrow(AbortedError);
    expect(processesWith(word)).toEqual([]);
    expect(await other).toMatchObject({ stdout: 'other\n' });
  });

  test('need not have started', async () => {
    for (let wait = 0; wait < 40; wait += 4) {
      const word = uniqueWord();
      const abort = new AbortController();
      const ran = workshop.shell(`sleep 1000; : ${word}`, {}, { signal: abort.signal });
      setTimeout(() => abort.abort(), wait);
      await expect(ran).rejects.toThrow(AbortedError);
      expect(processesWith(word)).toEqual([]);
    }
  });

  test('is not even sent when the signal came before', async () => {
    const ran = workshop.shell('true', {}, { signal: AbortSignal.abort() });
    await expect(ran).rejects.toThrow(AbortedError);
  });
});

test('closing the sandbox ends what runs', async () => {
  const word = uniqueWord();
  const other = new Workshop();
  const closing: Promise<void>[] = [];
  const onOutput = () => closing.push(other[Symbol.asyncDispose]());
  const ran = other.shell(`echo up; sleep 1000; : ${word}`, {}, { onOutput });
  await expect(ran).rejects.toMatchObject({ code: 'RUNTIME_LOST' });
  await Promise.all(closing);
  expect(closing).toHaveLength(1);
  expect(processesWith(word)).toEqual([]);
});

test('a lost runner is an error, and nothing worse', async () => {
  const word = uniqueWord();
  await using other = new Workshop();
  const killRunner = () => {
    const [pid = ''] = processesWith(word);
    process.kill(Number(runnerAbove(pid)), 'SIGKILL');
  };
  const ran = other.shell(`echo up; sleep 1000; : ${word}`, {}, { onOutput: killRunner });
  await expect(ran).rejects.toMatchObject({ code: 'RUNTIME_LOST' });
  await expect(other.run({})).rejects.toMatchObject({ code: 'RUNTIME_LOST' });
  await until(() => processesWith(word).length === 0);
});

test('a killed lamina leaves no process, no mount and no control group', async () => {
  const word = uniqueWord();
  await using idle = new Workshop();
  const script = `trap '' TERM HUP; sleep 1000 & echo up; wait; : ${word}`;
  const spec = idle.spec({ args: ['/bin/sh', '-c', script], upper: idle.makeDirectory() });
  const task = { spec, stateDirectory: idle.directory, foreground: undefined };
  const child = spawn(process.execPath, [PROGRAM_PATH], {
    env: programEnv(task),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const [pid = ''] = processesWith(word);
  const cgroup = cgroupOfRunner(pid);
  expect(existsSync(cgroup)).toBe(true);
  expect(isMountedAnywhere(idle.directory)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await until(() => processesWith(word).length === 0);
  await until(() => !isMountedAnywhere(idle.directory));
  // Empty control groups stay until the next runner starts.
  await idle.run({});
  expect(existsSync(cgroup)).toBe(false);
});

/** The directory of the runner above a container's control group. */
function cgroupOfRunner(pid: string): string {
  const hierarchy = /^\S+ (\S+) cgroup2 /m.exec(readOr('/proc/mounts'))?.[1];
  const path = /^0::(\/lamina\/\w+)\//m.exec(readOr(`/proc/${pid}/cgroup`))?.[1];
  return `${hierarchy}${path}`;
}

/** Whether any mount namespace of this machine has something below the directory. */
function isMountedAnywhere(directory: string): boolean {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.some((pid) => readOr(`/proc/${pid}/mountinfo`).includes(directory));
}
