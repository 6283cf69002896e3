import { describe, expect, test } from 'vitest';
import type { DiagnosisTopic } from '../api/index.ts';
import type { Facts } from './facts.ts';
import { judge } from './judge.ts';

const HOST = { os: 'linux', architecture: 'amd64' };
const ARM = { os: 'linux', architecture: 'arm64' };

/** Root of a machine that has everything. */
const ROOT: Facts = {
  version: '1.0.0',
  platform: 'linux/amd64',
  node: '24.1.0',
  packageManager: 'apt',
  lacksPackageLists: false,
  user: {
    ...{ isRoot: true, uid: 0, name: 'root' },
    ...{ subordinateIds: 0, firstFreeId: 100_000, canMapIds: true },
  },
  isolations: [{ isolation: 'oci', works: true, lacks: [] }],
  store: {
    ...{ root: '/store', state: 'writable', trouble: undefined },
    elsewhere: undefined,
    disk: { kind: undefined, freeBytes: 50e9, totalBytes: 100e9, freeInodes: 1_000_000 },
  },
  layers: { overlayRefusal: undefined, erofs: true },
  cgroups: {
    ...{ hierarchy: 'unified', controllers: ['cpu', 'memory', 'pids'], isWritable: true },
    ...{ legacy: [], disabled: [], delegation: undefined },
  },
  emulators: [
    { platform: HOST, kind: 'kernel' },
    { platform: ARM, kind: 'kernel' },
  ],
  registries: [
    {
      registry: 'docker.io',
      endpoints: [{ server: 'https://registry-1.docker.io', isMirror: false, trouble: undefined }],
      login: 'none',
      trouble: undefined,
    },
  ],
  trust: { bundle: { path: '/etc/ssl/cert.pem', certificates: 140 }, named: [] },
  tools: [{ name: 'git', path: '/usr/bin/git' }],
};
const DISK = { kind: undefined, freeBytes: 50e9, totalBytes: 100e9, freeInodes: 1_000_000 };
const USER = { ...ROOT.user, isRoot: false, uid: 1000, name: 'me', subordinateIds: 65_536 };

/** Status, message and fix of the findings of one topic. */
function findingsOf(topic: DiagnosisTopic, changes: Partial<Facts>): readonly string[][] {
  return judge({ ...ROOT, ...changes })
    .findings.filter((finding) => finding.topic === topic)
    .map(({ status, message, fix }) => [status, message, ...(fix === undefined ? [] : [fix])]);
}

test('a machine that has everything has no advice', () => {
  const { canRun, findings } = judge(ROOT);
  expect(canRun).toBe(true);
  expect(findings.filter(({ status, fix }) => status !== 'ok' || fix !== undefined)).toEqual([]);
  expect(new Set(findings.map(({ topic }) => topic)).size).toBe(10);
});

describe('RUN', () => {
  test('without any isolation fails, with the way to mend each, as this machine installs', () => {
    const facts: Partial<Facts> = {
      packageManager: 'dnf',
      isolations: [
        {
          ...{ isolation: 'oci', works: false, lacks: [] },
          ...{ reason: 'neither runc nor crun is installed', fix: 'apt-get install runc' },
        },
      ],
    };
    expect(findingsOf('run', facts)).toEqual([
      [
        'failed',
        'RUN with the isolation oci does not work: neither runc nor crun is installed',
        'dnf install runc',
      ],
    ]);
    expect(judge({ ...ROOT, ...facts }).canRun).toBe(false);
  });

  test('tells what the isolation that is used lacks', () => {
    const isolations = [{ isolation: 'oci', works: true, lacks: ['limits', 'a network'] } as const];
    expect(findingsOf('run', { isolations })).toEqual([
      ['ok', 'RUN works, with the isolation oci, without limits, a network'],
    ]);
  });
});

describe('the store', () => {
  test.each<[string, Partial<Facts['store']>, string[][], boolean]>([
    [
      'that cannot be used',
      { state: 'unusable', trouble: { reason: 'the store /store is not writable', hint: 'use x' } },
      [['failed', 'the store /store is not writable', 'use x']],
      false,
    ],
    [
      'that is read-only',
      { state: 'read-only' },
      [
        [
          'failed',
          'the store /store is read-only: its images can be read, and nothing can be built',
          'set LAMINA_ROOT to a directory of yours on another disk',
        ],
      ],
      false,
    ],
    [
      'on a disk that is nearly full',
      { disk: { ...DISK, freeBytes: 1e9, freeInodes: 100 } },
      [
        ['ok', 'the store /store is writable, 1.0 GB free'],
        [
          'limited',
          'only 1.0 GB are free on its disk',
          'lamina system prune --all, or set LAMINA_ROOT to a directory of yours on another disk',
        ],
        [
          'limited',
          'its file system has room for only 100 files',
          'lamina system prune --all, or set LAMINA_ROOT to a directory of yours on another disk',
        ],
      ],
      true,
    ],
    [
      'on a disk that is full',
      { disk: { ...DISK, freeBytes: 0 } },
      [
        ['ok', 'the store /store is writable, 0.0 GB free'],
        [
          'failed',
          'only 0.0 GB are free on its disk',
          'lamina system prune --all, or set LAMINA_ROOT to a directory of yours on another disk',
        ],
      ],
      false,
    ],
    [
      'read-only, where there is another place for one',
      { state: 'read-only', elsewhere: "/home/it's me/lamina" },
      [
        [
          'failed',
          'the store /store is read-only: its images can be read, and nothing can be built',
          "export LAMINA_ROOT='/home/it'\\''s me/lamina'",
        ],
      ],
      false,
    ],
    [
      'new on a disk that is full: there is nothing to remove',
      { state: 'new', disk: { ...DISK, freeBytes: 0 }, elsewhere: '/var/tmp/lamina-0' },
      [
        ['ok', 'the store /store will be created, 0.0 GB free'],
        ['failed', 'only 0.0 GB are free on its disk', 'export LAMINA_ROOT=/var/tmp/lamina-0'],
      ],
      false,
    ],
    [
      'in memory',
      { state: 'new', disk: { ...DISK, kind: 'tmpfs' } },
      [
        ['ok', 'the store /store will be created, 50 GB free'],
        [
          'limited',
          'the store is in memory: it is lost when the machine stops',
          'set LAMINA_ROOT to a directory of yours on another disk',
        ],
      ],
      true,
    ],
    [
      'on a disk that does not answer',
      { disk: undefined },
      [
        ['ok', 'the store /store is writable'],
        [
          'limited',
          'the disk of /store does not answer',
          'set LAMINA_ROOT to a directory of yours on another disk',
        ],
      ],
      true,
    ],
  ])('%s', (_, store, expected, canRun) => {
    const facts = { store: { ...ROOT.store, ...store } };
    expect(findingsOf('store', facts)).toEqual(expected);
    expect(judge({ ...ROOT, ...facts }).canRun).toBe(canRun);
  });
});

describe('layers', () => {
  const refused = { overlayRefusal: 'wrong fs type, bad option', erofs: true };

  test('that overlayfs refuses to stack fail', () => {
    expect(findingsOf('layers', { layers: refused })[0]).toEqual([
      'failed',
      'overlayfs cannot stack layers beside /store: wrong fs type, bad option',
    ]);
  });

  test('are copied on overlayfs, and a container is told to use a volume', () => {
    const store = { ...ROOT.store, disk: { ...DISK, kind: 'overlay' } };
    expect(findingsOf('layers', { layers: refused, store })).toEqual([
      [
        'limited',
        'each RUN copies its layers, since overlayfs cannot stack them on overlayfs, where /store is',
        'put the store on a volume: set LAMINA_ROOT to a directory on ext4, xfs or btrfs',
      ],
    ]);
  });

  test('do not fail a second time where no isolation works', () => {
    const isolations = [{ isolation: 'oci', works: false, lacks: [] } as const];
    expect(findingsOf('layers', { layers: refused, isolations })[0]?.[0]).toBe('limited');
  });

  test('of a kernel without the module get the command that loads it', () => {
    const layers = { overlayRefusal: "unknown filesystem type 'overlay'.", erofs: false };
    expect(findingsOf('layers', { layers })[0]?.[2]).toBe('modprobe overlay');
  });
});

describe('subordinate ids', () => {
  test.each<[string, Partial<Facts['user']>, string[][]]>([
    ['enough', {}, [['ok', 'me has 65536 subordinate IDs']]],
    [
      'none',
      { subordinateIds: 0, firstFreeId: 231_072 },
      [
        [
          'limited',
          '/etc/subuid and /etc/subgid give me no IDs for the users of images',
          'sudo usermod --add-subuids 231072-296607 --add-subgids 231072-296607 me',
        ],
      ],
    ],
    [
      'a user without a name',
      { subordinateIds: 0, name: undefined },
      [
        [
          'limited',
          '/etc/subuid and /etc/subgid give user ID 1000 no IDs for the users of images',
          'add an entry for the user ID 1000 to /etc/passwd',
        ],
      ],
    ],
    [
      'no newuidmap',
      { canMapIds: false },
      [
        [
          'limited',
          'newuidmap and newgidmap, which apply subordinate IDs, are not installed',
          'sudo apt-get install uidmap',
        ],
      ],
    ],
  ])('%s', (_, user, expected) => {
    expect(findingsOf('ids', { user: { ...USER, ...user } })).toEqual(expected);
  });
});

describe('limits', () => {
  const { cgroups } = ROOT;
  const userns = [{ isolation: 'userns', works: true, lacks: [] }] as const;
  const advice = 'start lamina with `systemd-run --user --scope lamina …`';
  const ofUser = (missing: readonly string[]): Partial<Facts> => ({
    ...{ user: USER, isolations: userns },
    cgroups: { ...cgroups, isWritable: false, delegation: { missing, advice } },
  });

  test.each<[string, Partial<Facts>, string, string | undefined]>([
    [
      'v1',
      { cgroups: { ...cgroups, hierarchy: 'legacy' } },
      'limits are enforced by cgroup v1',
      undefined,
    ],
    [
      'no control groups',
      { cgroups: { ...cgroups, hierarchy: 'none', controllers: [] } },
      'there are no control groups',
      'mount -t cgroup2 cgroup2 /sys/fs/cgroup',
    ],
    [
      'no memory controller',
      { cgroups: { ...cgroups, controllers: ['cpu', 'pids'], disabled: ['memory'] } },
      'cgroup v2 lacks the controllers memory',
      'start Linux with cgroup_enable=memory',
    ],
    [
      'v2 of a machine where the controllers belong to v1',
      { cgroups: { ...cgroups, controllers: ['hugetlb'], legacy: ['memory', 'cpu', 'pids'] } },
      'cgroup v2 lacks the controllers memory, cpu, pids, which belong to cgroup v1 on this machine',
      'show cgroup v1 in place of v2: start the container with -v /sys/fs/cgroup:/sys/fs/cgroup; or start Linux with systemd.unified_cgroup_hierarchy=1 or cgroup_no_v1=all',
    ],
    [
      'a parent that keeps a controller',
      { cgroups: { ...cgroups, controllers: ['memory', 'pids'] } },
      'cgroup v2 lacks the controllers cpu',
      'enable them in the parent of this control group: echo +cpu > cgroup.subtree_control',
    ],
    [
      'a hierarchy of v1 that is not mounted',
      { cgroups: { ...cgroups, hierarchy: 'legacy', controllers: ['cpu', 'memory'] } },
      'cgroup v1 lacks the controllers pids',
      'mkdir -p /sys/fs/cgroup/pids && mount -t cgroup -o pids pids /sys/fs/cgroup/pids',
    ],
    ['a user without groups', ofUser(['cpu']), 'no control group of this user limits cpu', advice],
    [
      'a user with groups',
      ofUser([]),
      'limits are enforced by control groups of this user, v2',
      undefined,
    ],
    [
      'a user without namespaces',
      { ...ofUser([]), isolations: [{ isolation: 'proot', works: true, lacks: [] }] },
      'control groups belong to root',
      'run lamina with sudo',
    ],
    [
      'a container',
      { cgroups: { ...cgroups, isWritable: false } },
      '/sys/fs/cgroup is read-only',
      'start the container with --privileged, or with --cgroupns=private and a writable /sys/fs/cgroup',
    ],
  ])('%s', (_, facts, message, fix) => {
    const expected =
      fix === undefined
        ? ['ok', message]
        : ['limited', `${message}: --memory, --cpus do not work`, fix];
    expect(findingsOf('limits', facts)).toEqual([expected]);
  });
});

describe('platforms', () => {
  test('without an emulator are named, with the package that runs them', () => {
    expect(
      findingsOf('platforms', {
        packageManager: 'apk',
        emulators: [{ platform: HOST, kind: 'kernel' }],
      }),
    ).toEqual([
      ['ok', 'programs of linux/amd64 run here'],
      [
        'limited',
        'programs of linux/arm64 do not run here: RUN in their images fails',
        'apk add qemu-aarch64 qemu-openrc',
      ],
    ]);
  });

  test('that an unregistered emulator runs are limited', () => {
    const emulators = [
      { platform: HOST, kind: 'kernel' },
      { platform: ARM, kind: 'program' },
    ] as const;
    expect(findingsOf('platforms', { emulators })[1]?.slice(0, 1)).toEqual(['limited']);
    expect(findingsOf('platforms', { emulators })[1]?.[2]).toBe('apt-get install binfmt-support');
    const fedora = findingsOf('platforms', { emulators, packageManager: 'dnf' });
    expect(fedora[1]?.[2]).toBe('sudo systemctl restart systemd-binfmt');
  });

  test('that take too long are not guessed', () => {
    expect(findingsOf('platforms', { emulators: undefined })[0]?.[0]).toBe('limited');
  });
});

describe('registries', () => {
  const mirror = {
    ...{ server: 'http://mirror:5000', isMirror: true },
    trouble: { reason: 'cannot reach mirror:5000: refused', hint: 'check the name' },
  };
  const own = { server: 'https://r.example.com', isMirror: false, trouble: undefined };
  const registry = 'r.example.com';

  test('name each server, and what to do about those that fail', () => {
    const registries = [
      { registry, endpoints: [mirror, own], login: 'accepted', trouble: undefined } as const,
    ];
    expect(findingsOf('registries', { registries })).toEqual([
      [
        'limited',
        'r.example.com at its mirror http://mirror:5000: cannot reach mirror:5000: refused',
        'check the name',
      ],
      ['ok', 'r.example.com at https://r.example.com answers'],
      ['ok', 'r.example.com accepts your login'],
    ]);
    expect(judge({ ...ROOT, registries }).canRun).toBe(true);
  });

  test('that refuse a login name the command that renews it', () => {
    const trouble = { reason: 'r.example.com refuses me', hint: undefined };
    const registries = [{ registry, endpoints: [own], login: 'refused', trouble } as const];
    expect(findingsOf('registries', { registries })[1]).toEqual([
      'limited',
      'r.example.com refuses your login',
      'lamina login r.example.com',
    ]);
  });

  test('whose configuration is damaged say so', () => {
    const trouble = { reason: 'registries.conf:3: not TOML', hint: 'correct it' };
    const registries = [{ registry, endpoints: [], login: 'unknown', trouble } as const];
    expect(findingsOf('registries', { registries })).toEqual([
      ['limited', 'r.example.com: registries.conf:3: not TOML', 'correct it'],
    ]);
  });
});

test('certificates that variables name are read, and faults of them are found', () => {
  const named = [
    { variable: 'SSL_CERT_FILE', path: '/gone.pem', certificates: undefined },
    { variable: 'NODE_EXTRA_CA_CERTS', path: '/empty.pem', certificates: 0 },
  ];
  expect(findingsOf('trust', { trust: { bundle: undefined, named } })).toEqual([
    [
      'limited',
      'this machine has no bundle of certificates: only the authorities of Node.js are trusted',
      'apt-get install ca-certificates',
    ],
    [
      'limited',
      'SSL_CERT_FILE names /gone.pem, which cannot be read',
      'unset SSL_CERT_FILE, or set it to a file with certificates in PEM',
    ],
    [
      'limited',
      'NODE_EXTRA_CA_CERTS names /empty.pem, which has no certificate',
      'unset NODE_EXTRA_CA_CERTS, or set it to a file with certificates in PEM',
    ],
  ]);
});

test('programs that are missing are named with what does not work', () => {
  const tools = [{ name: 'git', path: undefined }];
  expect(findingsOf('tools', { tools, packageManager: undefined })).toEqual([
    [
      'limited',
      'git is not installed: ADD and contexts of git repositories do not work',
      'install git',
    ],
  ]);
});
