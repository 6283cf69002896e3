import { describe, expect, test } from 'vitest';
import { judgeIsolation } from './judge.ts';
import type { MachineFacts } from './machine-facts.ts';

const SYS_ADMIN = 1n << 21n;

/** Root of a machine that has everything. */
const ROOT: MachineFacts = {
  system: 'linux',
  architecture: 'x64',
  kernel: '6.12.3-custom',
  isRoot: true,
  isInUserNamespace: false,
  hasOneId: false,
  isOfCommand: false,
  capabilities: SYS_ADMIN,
  askedOciProgram: undefined,
  find: (program) => `/usr/bin/${program}`,
  crunLacksFilter: () => false,
  undelegatedControllers: () => ['memory', 'cpu', 'pids'],
  refusedNamespaces: () => undefined,
  refusedUserNamespaces: () => undefined,
  refusedTracing: () => undefined,
};

const without = (missing: readonly string[]): Pick<MachineFacts, 'find'> => ({
  find: (program) => (missing.includes(program) ? undefined : `/usr/bin/${program}`),
});

describe('oci', () => {
  test('works for root with runc or crun', () => {
    const works = { isolation: 'oci', works: true, lacks: [] };
    expect(judgeIsolation('oci', ROOT)).toEqual(works);
    expect(judgeIsolation('oci', { ...ROOT, ...without(['runc']) })).toEqual(works);
  });

  test('works with runc where crun cannot filter devices', () => {
    const report = judgeIsolation('oci', { ...ROOT, crunLacksFilter: () => true });
    expect(report.works).toBe(true);
  });

  test.each<[string, Partial<MachineFacts>, string, string]>([
    [
      'crun alone without a filter of devices',
      { ...without(['runc']), crunLacksFilter: () => true },
      'crun may not lock memory, which its filter of devices needs with cgroup v2',
      'apt-get install runc',
    ],
    [
      'LAMINA_RUNTIME=crun without a filter of devices',
      { askedOciProgram: '/usr/bin/crun', crunLacksFilter: () => true },
      'crun may not lock memory, which its filter of devices needs with cgroup v2',
      'unset LAMINA_RUNTIME',
    ],
    [
      'another system',
      { system: 'darwin' },
      'containers need Linux',
      'run lamina on Linux, or in a virtual machine',
    ],
    ['a user', { isRoot: false }, 'it needs root', 'run lamina with sudo'],
    [
      'root of a user namespace',
      { isInUserNamespace: true },
      'root of a user namespace cannot mount layers as root of the machine can',
      'run lamina with sudo outside the user namespace',
    ],
    [
      'a container',
      { capabilities: 0n },
      'the capability SYS_ADMIN is missing',
      'start the container with --privileged',
    ],
    [
      'no util-linux',
      without(['setpriv']),
      'setpriv is not installed',
      'apt-get install util-linux',
    ],
    [
      'a filter of system calls',
      { refusedNamespaces: () => 'unshare failed: Operation not permitted' },
      'new namespaces are refused (unshare failed: Operation not permitted)',
      'start the container with --privileged',
    ],
    [
      'a limit',
      { refusedNamespaces: () => 'unshare failed: No space left on device' },
      'new namespaces are refused (unshare failed: No space left on device)',
      'raise the limits in /proc/sys/user, such as max_mnt_namespaces',
    ],
    [
      'no OCI runtime',
      without(['runc', 'crun']),
      'neither runc nor crun is installed',
      'apt-get install runc',
    ],
    [
      'the asked runtime missing',
      { askedOciProgram: '/nowhere/youki', ...without(['/nowhere/youki']) },
      "the program '/nowhere/youki' of LAMINA_RUNTIME was not found",
      'set LAMINA_RUNTIME to runc, crun, or the path of one of them',
    ],
  ])('does not work with %s, and says why', (_, facts, reason, fix) => {
    const report = judgeIsolation('oci', { ...ROOT, ...facts });
    expect(report).toEqual({ isolation: 'oci', works: false, lacks: [], reason, fix });
  });
});

describe('builtin', () => {
  test('works for root without an OCI runtime', () => {
    const report = judgeIsolation('builtin', { ...ROOT, ...without(['runc', 'crun']) });
    expect(report).toEqual({ isolation: 'builtin', works: true, lacks: [] });
  });

  test.each<[string, Partial<MachineFacts>, string]>([
    [
      'an old kernel',
      { kernel: '5.10.0-28-amd64' },
      'it needs Linux 5.12, and this is 5.10.0-28-amd64',
    ],
    ['another processor', { architecture: 's390x' }, 'it knows no processor s390x'],
    ['a user', { isRoot: false }, 'it needs root'],
  ])('does not work with %s, and says why', (_, facts, reason) => {
    expect(judgeIsolation('builtin', { ...ROOT, ...facts })).toMatchObject({
      works: false,
      reason,
    });
  });
});

describe('chroot', () => {
  /** Docker's default capabilities. */
  const CONTAINER = { ...ROOT, capabilities: 0xa80425fbn, find: () => undefined };

  test('works for root of an ordinary container, without any program', () => {
    const report = judgeIsolation('chroot', CONTAINER);
    expect(report).toMatchObject({ works: true, lacks: expect.arrayContaining(['namespaces']) });
  });

  test.each<[string, Partial<MachineFacts>, string]>([
    ['a user', { isRoot: false }, 'it needs root'],
    [
      'root of a user namespace',
      { isInUserNamespace: true },
      'root of a user namespace can make no device nodes',
    ],
    ['a container without capabilities', { capabilities: 0n }, 'the capability CHOWN is missing'],
    [
      'a container without MKNOD',
      { capabilities: 0xa80425fbn & ~(1n << 27n) },
      'the capability MKNOD is missing',
    ],
    ['an old kernel', { kernel: '5.4.0' }, 'it needs Linux 5.9, and this is 5.4.0'],
  ])('does not work for %s, and says why', (_, facts, reason) => {
    const report = judgeIsolation('chroot', { ...CONTAINER, ...facts });
    expect(report).toMatchObject({ works: false, reason });
  });
});

describe('userns', () => {
  const INSIDE = { ...ROOT, isInUserNamespace: true };

  test('works for root of a user namespace, which has no device nodes', () => {
    const lacks = ['device nodes', 'limits'];
    expect(judgeIsolation('userns', INSIDE)).toEqual({ isolation: 'userns', works: true, lacks });
    const one = judgeIsolation('userns', { ...INSIDE, hasOneId: true });
    expect(one).toMatchObject({ works: true, lacks: [...lacks, 'users', 'owners of new files'] });
    const undelegatedControllers = () => [];
    expect(judgeIsolation('userns', { ...INSIDE, undelegatedControllers })).toMatchObject({
      lacks: ['device nodes'],
    });
  });

  test('works for a user whose command enters a namespace', () => {
    const user = { ...ROOT, isRoot: false, isOfCommand: true, capabilities: 0n };
    expect(judgeIsolation('userns', user)).toMatchObject({ works: true });
    expect(judgeIsolation('userns', { ...user, hasOneId: true })).toMatchObject({
      lacks: expect.arrayContaining(['owners of new files']),
    });
  });

  test('needs room for namespaces', () => {
    const refusedUserNamespaces = () => 'unshare failed: No space left on device';
    expect(
      judgeIsolation('userns', { ...ROOT, isRoot: false, refusedUserNamespaces }),
    ).toMatchObject({ fix: 'sudo sysctl -w user.max_user_namespaces=15000' });
  });

  test.each<[string, Partial<MachineFacts>, string]>([
    ['a user of the library', { isRoot: false }, 'this process is not root of a user namespace'],
    [
      'a user without util-linux',
      { isRoot: false, ...without(['nsenter']) },
      'nsenter is not installed',
    ],
    [
      'a user whom the machine allows no namespace',
      { isRoot: false, refusedUserNamespaces: () => 'unshare failed: Operation not permitted' },
      'user namespaces are refused (unshare failed: Operation not permitted)',
    ],
    ['root', { isInUserNamespace: false }, 'root of the machine needs no user namespace'],
    [
      'a namespace that may mount nothing',
      { refusedNamespaces: () => 'unshare failed: Operation not permitted' },
      'new namespaces are refused (unshare failed: Operation not permitted)',
    ],
  ])('does not work for %s, and says why', (_, facts, reason) => {
    expect(judgeIsolation('userns', { ...INSIDE, ...facts })).toMatchObject({
      works: false,
      reason,
    });
  });
});

describe('proot', () => {
  test('works for a user without any right', () => {
    const report = judgeIsolation('proot', { ...ROOT, isRoot: false, capabilities: 0n });
    expect(report).toMatchObject({ works: true, lacks: expect.arrayContaining(['full speed']) });
  });

  test('does not work without proot, or where it may not trace, and says so', () => {
    expect(judgeIsolation('proot', { ...ROOT, ...without(['proot']) })).toMatchObject({
      reason: 'proot is not installed',
      fix: 'apt-get install proot',
    });
    const refusedTracing = () => 'ptrace(TRACEME): Operation not permitted';
    expect(judgeIsolation('proot', { ...ROOT, refusedTracing })).toMatchObject({
      reason: 'processes cannot be traced (ptrace(TRACEME): Operation not permitted)',
    });
  });

  test.each([
    "proot error: can't create temporary file: Read-only file system",
    'proot error: execve("/usr/bin/true"): Permission denied',
  ])('wants another /tmp where it does not serve: %s', (refusal) => {
    const report = judgeIsolation('proot', { ...ROOT, refusedTracing: () => refusal });
    expect(report.fix).toContain('at /tmp');
  });
});
