/** Control groups that belong to an ordinary user. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { COMMAND, Workbench } from '../support/cli.ts';
import { DelegatedGroups } from '../support/delegated-groups.ts';
import { OrdinaryUser } from '../support/ordinary-user.ts';

describe('control groups of a user', () => {
  const bench = new Workbench();
  const user = new OrdinaryUser(join(bench.directory, 'alice'));
  const store = new Workbench({ store: join(user.home, 'store') });
  const groups = new DelegatedGroups(`lamina-test-${process.pid}`, user.uid);

  beforeAll(async () => {
    for (const one of [bench, store]) chmodSync(one.directory, 0o755);
    mkdirSync(store.store, { mode: 0o700 });
    chownSync(store.store, user.uid, user.uid);
    await makeBusyboxImage(bench);
    const archive = join(bench.directory, 'busybox.tar');
    await bench.succeed(['save', '-o', archive, 'busybox']);
    chmodSync(archive, 0o644);
    await lamina(['load', '-q', '-i', archive]);
  });
  afterAll(() => {
    groups[Symbol.dispose]();
    for (const one of [store, bench]) one[Symbol.dispose]();
  });

  const lamina = (args: readonly string[]) => store.lamina(args, { wrapper: user.wrapper });

  it('are out of reach of a process in a container', async () => {
    const [group = ''] = groups.directories;
    const script = `mkdir ${group}/made; echo 1 > ${group}/cgroup.procs; ls ${group}; mkdir /sys/fs/cgroup/made`;
    const { stdout, stderr } = await lamina(['run', '--rm', 'busybox', 'sh', '-c', script]);
    expect(stdout).toBe('');
    expect(stderr.split('\n').filter((line) => line.includes('/sys/'))).toHaveLength(4);
    expect(groups.leftovers()).toEqual([]);
  });

  describe('limit its processes', () => {
    const limited = (flags: readonly string[], script: string, wrapper = user.wrapper) =>
      store.lamina(['run', '--rm', ...flags, 'busybox', 'sh', '-c', script], { wrapper });
    const within = [...groups.enter, ...user.wrapper];
    const fork = 'for i in 1 2 3 4 5 6 7 8; do sleep 100 & done; kill $(jobs -p)';

    it('where lamina runs in one of them', async () => {
      const memory = await limited(['-m', '32m', '--cpus', '0.5'], 'tail /dev/zero', within);
      expect(memory.status).toBe(137);
      const processes = await limited(['--pids-limit', '6'], fork, within);
      expect(processes.stderr).toContain("can't fork");
      const project = bench.project({ Dockerfile: 'FROM busybox\nRUN tail /dev/zero\n' }, 'greedy');
      const build = ['build', '--progress=plain', '-m', '32m', project];
      const { stderr } = await store.lamina(build, { wrapper: within });
      expect(stderr).toContain('the kernel killed the process because it ran out of memory');
      expect(stderr).toContain('isolation: userns (without device nodes)');
      expect(groups.leftovers()).toEqual([]);
      const doctor = await store.lamina(['doctor', '--offline'], { wrapper: within });
      expect(doctor.stdout).toContain('limits are enforced by control groups of this user');
    });

    it('below a parent that was asked for', async () => {
      const flags = ['--cgroup-parent', groups.path, '-m', '32m'];
      // Of cgroup v2, the kernel lets nobody else into the group.
      const wrapper = groups.isUnified ? within : user.wrapper;
      expect((await limited(flags, 'tail /dev/zero', wrapper)).status).toBe(137);
      expect(groups.leftovers()).toEqual([]);
    });

    it('until lamina is killed; the next one removes what is left of them', async () => {
      const [program = '', ...args] = within;
      const run = ['run', '--rm', '-m', '32m', 'busybox', 'sh', '-c', 'echo begun; sleep 1000'];
      const child = spawn(program, [...args, process.execPath, COMMAND, ...run], {
        env: { ...process.env, LAMINA_ROOT: store.store },
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: 30_000,
      });
      await once(child.stdout, 'data');
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(groups.leftovers()).not.toEqual([]);
      await vi.waitFor(async () => {
        expect((await limited(['-m', '32m'], 'true', within)).status).toBe(0);
        expect(groups.leftovers()).toEqual([]);
      }, 10_000);
    });

    it('only if there are some', async () => {
      const refused = await limited(['-m', '32m'], 'true');
      expect(refused.status).toBe(125);
      expect(refused.stderr).toContain('no control group can limit memory for this user');
      expect(refused.stderr).toContain('lamina-4321');
      const parent = await limited(['--cgroup-parent', '/lamina-test-none'], 'true');
      expect(parent.stderr).toContain("no control group below '/lamina-test-none' belongs to this");
    });
  });
});
