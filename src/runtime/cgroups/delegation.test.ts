import { describe, expect, test } from 'vitest';
import {
  type DelegationView,
  findDelegation,
  findDelegationBelow,
  placeFor,
  undelegatedControllers,
} from './delegation.ts';
import { adviseDelegation } from './delegation-advice.ts';

const UNIFIED = '30 24 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate';
const LEGACY = [
  '31 30 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
  '32 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct',
  '33 30 0:29 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids',
  '34 30 0:30 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd',
];
const MANAGER = '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service';

/** Files of control groups: path → content; all of them belong to the user. */
function view(
  { cgroup, mountinfo = UNIFIED }: { readonly cgroup: string; readonly mountinfo?: string },
  files: Readonly<Record<string, string>>,
): DelegationView {
  return {
    ...{ cgroup, mountinfo, uid: 1000 },
    read: (path) => files[path],
    canWrite: (path) => path.replace(/\/$/, '') in files,
  };
}

/** A group of version 2. */
function group(path: string, processes = '', enabled = '', available = 'cpu memory pids') {
  return {
    [path]: '',
    [`${path}/cgroup.procs`]: processes,
    [`${path}/cgroup.subtree_control`]: enabled,
    [`${path}/cgroup.controllers`]: available,
  };
}

describe('version 2', () => {
  const cgroup = '0::/user.slice/user-1000.slice/user@1000.service/app.slice/run-1.scope\n';
  const session = {
    ...group(MANAGER, '', 'cpu memory pids'),
    ...group(`${MANAGER}/app.slice`, '', 'memory pids'),
    ...group(`${MANAGER}/app.slice/run-1.scope`, '71\n72\n', '', 'memory pids'),
  };

  test('groups are made beside that of lamina, in the nearest one without processes', () => {
    const delegation = findDelegation(view({ cgroup }, session));
    const directory = `${MANAGER}/app.slice`;
    expect(placeFor(delegation, ['memory', 'cpu'])).toEqual({ kind: 'unified', directory });
    expect(undelegatedControllers(view({ cgroup }, session))).toEqual([]);
  });

  test('a controller that no group has is missing', () => {
    const older = Object.fromEntries(
      Object.entries(session).map(([path, text]) => [path, text.replace('cpu ', '')]),
    );
    expect(undelegatedControllers(view({ cgroup }, older))).toEqual(['cpu']);
  });

  test('the session of a login, which belongs to root, has no place', () => {
    const login = { cgroup: '0::/user.slice/user-1000.slice/session-3.scope\n' };
    expect(findDelegation(view(login, session)).unified).toEqual([]);
  });

  test('a group with processes has no place, unless its groups have controllers already', () => {
    const own = { cgroup: '0::/mine\n' };
    const mine = '/sys/fs/cgroup/mine';
    const busy = findDelegation(view(own, group(mine, '71\n')));
    expect(placeFor(busy, ['memory'])).toBeUndefined();
    const enabled = findDelegation(view(own, group(mine, '71\n', 'memory')));
    expect(placeFor(enabled, ['memory'])).toEqual({ kind: 'unified', directory: mine });
  });

  test('a process outside of what a container shows has no place', () => {
    const mountinfo = UNIFIED.replace(' / /sys', ' /docker/x /sys');
    const files = { ...group('/sys/fs/cgroup'), ...group('/sys/fs/cgroup/in') };
    const at = (path: string) => findDelegation(view({ cgroup: `0::${path}\n`, mountinfo }, files));
    expect(at('/docker/xy').unified).toEqual([]);
    expect(at('/../y').unified).toEqual([]);
    expect(at('/docker/x/in').unified).toHaveLength(2);
  });

  test('a parent is used if the kernel lets this user move processes there', () => {
    const files = { ...session, ...group('/sys/fs/cgroup/other') };
    const here = view({ cgroup }, files);
    const inside = 'user.slice/user-1000.slice/user@1000.service/batch';
    const batch = view({ cgroup }, { ...files, ...group(`/sys/fs/cgroup/${inside}`) });
    expect(findDelegationBelow(inside, batch).unified).toHaveLength(1);
    expect(findDelegationBelow('other', here).unified).toEqual([]);
  });
});

describe('version 1', () => {
  const cgroup = '4:memory:/job\n3:cpu,cpuacct:/\n2:pids:/\n1:name=systemd:/\n0::/\n';
  const machine = { cgroup, mountinfo: LEGACY.join('\n') };

  test('groups are made in the own one, and in one with the name of the user', () => {
    const files = { '/sys/fs/cgroup/memory/job': '', '/sys/fs/cgroup/cpu,cpuacct/lamina-1000': '' };
    const here = view(machine, files);
    expect(placeFor(findDelegation(here), ['memory', 'cpu'])).toEqual({
      kind: 'legacy',
      directories: new Map([
        ['memory', '/sys/fs/cgroup/memory/job'],
        ['cpu', '/sys/fs/cgroup/cpu,cpuacct/lamina-1000'],
      ]),
    });
    expect(undelegatedControllers(here)).toEqual(['pids']);
  });

  test('a process without limits is put into every hierarchy of its parent', () => {
    const below = findDelegationBelow('p', view(machine, { '/sys/fs/cgroup/pids/p': '' }));
    expect(placeFor(below, [])).toMatchObject({
      directories: new Map([['pids', '/sys/fs/cgroup/pids/p']]),
    });
    expect(placeFor(findDelegationBelow('q', view(machine, {})), [])).toBeUndefined();
  });
});

test('the advice is a command for this machine, with nothing in it that a shell changes', () => {
  const user = { uid: 1000, isUnified: true, hasManager: true };
  const need = { controllers: ['memory'] };
  expect(adviseDelegation(user, need)).toContain('systemd-run --user --scope');
  expect(adviseDelegation({ ...user, hasManager: false }, need)).toContain(
    'mkdir -p lamina-1000/shell',
  );
  const legacy = { ...user, isUnified: false };
  expect(adviseDelegation(legacy, { controllers: ['cpuset'] })).toContain('cpuset/lamina-1000/');
  expect(adviseDelegation(legacy, { ...need, parent: 'team/ci' })).toContain('$c/team/ci');
  expect(adviseDelegation(legacy, { ...need, parent: 'x; rm -r y' })).toBeUndefined();
});
