/** Control groups that belong to an ordinary user. */
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { Workbench } from '../support/cli.ts';
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
});
