/** How processes end early, and that they leave nothing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { processesWith, readOr, uniqueWord } from '../../../test/support/process-list.ts';
import {
  buildProgram,
  buildRunner,
  PROGRAM_PATH,
  programEnv,
  Workshop,
} from '../../../test/support/workshop.ts';
import { openRuntime } from '../open-runtime.ts';

beforeAll(() => {
  buildRunner();
  buildProgram();
});

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

describe.each(['oci', 'builtin'] as const)('with the isolation %s', (isolation) => {
  test('a lost runner is an error, and nothing worse', async () => {
    const word = uniqueWord();
    await using other = new Workshop((options) => openRuntime({ ...options, isolation }));
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
    await using idle = new Workshop((options) => openRuntime({ ...options, isolation }));
    const script = `trap '' TERM HUP; sleep 1000 & echo up; wait; : ${word}`;
    const spec = idle.spec({ args: ['/bin/sh', '-c', script], upper: idle.makeDirectory() });
    const task = { isolation, spec, stateDirectory: idle.directory, foreground: undefined };
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
