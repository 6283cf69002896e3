/** Limits of control groups, on this machine's hierarchies. */
import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildRunner, Workshop } from '../../../test/support/workshop.ts';
import { openRuntime } from '../open-runtime.ts';

const HIERARCHY = '/sys/fs/cgroup';

describe.each(['oci', 'builtin'] as const)('with the isolation %s', (isolation) => {
  let workshop: Workshop;
  beforeAll(() => {
    buildRunner();
    workshop = new Workshop((options) => openRuntime({ ...options, isolation }));
  });
  afterAll(() => workshop[Symbol.asyncDispose]());

  test('a process that takes more memory than its limit is killed, and why is known', async () => {
    const limits = { memory: 32 * 1024 * 1024 };
    const ran = await workshop.run({ args: ['/bin/tail', '/dev/zero'], limits });
    expect(ran).toMatchObject({ exitCode: 137, signal: 'SIGKILL', oomKilled: true });
  });

  test('the number of processes is limited', async () => {
    const script = 'for i in 1 2 3 4 5 6; do sleep 100 & done; echo started; kill $(jobs -p)';
    const ran = await workshop.shell(script, { limits: { pids: 4 } });
    expect(ran.stderr).toContain("can't fork");
  });

  test('processors are chosen, and their time is limited', async () => {
    const script = [
      'grep Cpus_allowed_list /proc/self/status',
      'cat /sys/fs/cgroup/cpu.max /sys/fs/cgroup/cpu/cpu.cfs_quota_us 2>/dev/null',
      'cat /sys/fs/cgroup/cpu.weight /sys/fs/cgroup/cpu/cpu.shares 2>/dev/null; true',
    ].join('; ');
    const limits = { cpusetCpus: '0', cpuPeriod: 100_000, cpuQuota: 50_000, cpuShares: 512 };
    const ran = await workshop.shell(script, { limits });
    expect(ran.stdout).toMatch(/^Cpus_allowed_list:\t0\n/);
    // On a hybrid machine only OCI runtimes show the hierarchies of version 1.
    const isVisible = isolation === 'oci' || existsSync(`${HIERARCHY}/cgroup.controllers`);
    if (isVisible) expect(ran.stdout).toMatch(/\n50000( 100000)?\n(512|20)\n$/);
  });

  test('a process without limits runs beside one that has some', async () => {
    const [limited, free] = await Promise.all([
      workshop.shell('echo limited', { limits: { memory: 64 * 1024 * 1024 } }),
      workshop.shell('echo free'),
    ]);
    expect([limited.stdout, free.stdout]).toEqual(['limited\n', 'free\n']);
  });

  test('groups can be made below another, and none is left', async () => {
    const cgroupParent = `/lamina-test-${process.pid}-${isolation}/inner`;
    const ran = await workshop.shell('cat /proc/self/cgroup', {
      cgroupParent,
      limits: { pids: 50 },
    });
    expect(ran.exitCode).toBe(0);
    await workshop.runtime[Symbol.asyncDispose]();
    for (const directory of [HIERARCHY, ...subdirectories(HIERARCHY)]) {
      const parent = join(directory, cgroupParent);
      if (!existsSync(parent)) continue;
      expect(subdirectories(parent)).toEqual([]);
      rmdirSync(parent);
      rmdirSync(dirname(parent));
    }
  });
});

function subdirectories(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(directory, name));
}
