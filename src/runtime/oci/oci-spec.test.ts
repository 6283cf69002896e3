import { expect, test } from 'vitest';
import { DirectoryTree, temporaryDirectory } from '../../../test/support/workshop.ts';
import { capabilities, capabilityMask, capabilityName } from '../process/linux-capabilities.ts';
import { type ProcessRequest, prepareProcess } from '../process/prepare.ts';
import { type OciHost, ociSpec, serialiseOciSpec } from './oci-spec.ts';
import { seccompProfile } from './seccomp.ts';

const host: OciHost = {
  rootPath: 'rootfs',
  mounts: [],
  cgroupsPath: '/lamina/x/1',
  availableCapabilities: 2n ** 41n - 1n,
  seccomp: true,
  architecture: 'x64',
  messageQueues: true,
  devices: [{ type: 'c', path: '/dev/x', major: 1, minor: 2, fileMode: 0o600, uid: 0, gid: 0 }],
  oomScoreAdj: 100,
  limits: {},
};
const none: ReadonlySet<string> = new Set();

function processSpec(more: Partial<ProcessRequest> = {}) {
  using directory = temporaryDirectory();
  const ulimits = [{ name: 'core', soft: 0, hard: -1 }];
  const env = ['X="soft":"unlimited"', 'Y=unlimited'];
  const request = { lowers: [], args: ['a'], env, cwd: '/', user: '', ulimits, ...more };
  return prepareProcess(request, new DirectoryTree(directory.path));
}

test('a sandboxed process has a filter, masks and few capabilities', () => {
  const { linux, process } = ociSpec(processSpec(), host);
  expect(linux.seccomp?.defaultAction).toBe('SCMP_ACT_ERRNO');
  expect(linux.maskedPaths).toContain('/proc/kcore');
  expect(linux.readonlyPaths).toContain('/proc/sys');
  expect(linux.resources.devices).toEqual([{ allow: false, access: 'rwm' }]);
  expect(linux.devices).toBeUndefined();
  expect(process.capabilities).toEqual({
    bounding: expect.any(Array),
    effective: expect.any(Array),
    permitted: expect.any(Array),
  });
  expect(process.capabilities.bounding).toHaveLength(14);
  expect(process.noNewPrivileges).toBe(false);
});

test('an insecure process has none of the walls', () => {
  const { linux, process, mounts } = ociSpec(processSpec({ security: 'insecure' }), host);
  expect(linux).toMatchObject({ maskedPaths: [], readonlyPaths: [], devices: host.devices });
  expect(linux.seccomp).toBeUndefined();
  expect(linux.resources.devices).toEqual([{ allow: true, access: 'rwm' }]);
  expect(process.capabilities.bounding).toHaveLength(41);
  expect(mounts.find(({ type }) => type === 'sysfs')?.options).toContain('rw');
});

test('a root file system that takes no changes is read-only', () => {
  expect(ociSpec(processSpec(), host).root.readonly).toBe(true);
  expect(ociSpec(processSpec({ upper: '/upper' }), host).root.readonly).toBe(false);
});

test('a network namespace only without network', () => {
  const types = (spec: ReturnType<typeof processSpec>) =>
    ociSpec(spec, host).linux.namespaces.map(({ type }) => type);
  expect(types(processSpec())).toEqual(['pid', 'ipc', 'uts', 'mount', 'cgroup']);
  expect(types(processSpec({ network: 'none' }))).toContain('network');
});

test('no filter where the runtime has none, or nothing is known of the processor', () => {
  expect(ociSpec(processSpec(), { ...host, seccomp: false }).linux.seccomp).toBeUndefined();
  const other = { ...host, architecture: 'mips' };
  expect(ociSpec(processSpec(), other).linux.seccomp).toBeUndefined();
});

test('unlimited is the largest 64-bit number, and only there', () => {
  const json = serialiseOciSpec(ociSpec(processSpec(), host));
  expect(json).toContain('"rlimits":[{"type":"RLIMIT_CORE","soft":0,"hard":18446744073709551615}]');
  expect(JSON.parse(json).process.env).toEqual(['X="soft":"unlimited"', 'Y=unlimited', 'HOME=/']);
});

test('a process gets no capability that the runner lacks', () => {
  const names = ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER'];
  const usual = { added: [], dropped: [] };
  expect(capabilities({ ...usual, security: 'sandbox' }, 0b1011n)).toEqual(names);
  expect(capabilities({ ...usual, security: 'insecure' }, 0b100n)).toEqual(['CAP_DAC_READ_SEARCH']);
  expect(capabilityMask('CapPrm:\t00000000000000ff\nCapEff:\t01\n', 'CapPrm')).toBe(0xffn);
});

test.each([
  [['NET_ADMIN'], ['ALL'], ['CAP_NET_ADMIN']],
  [['ALL'], ['CHOWN', 'DAC_READ_SEARCH'], ['CAP_DAC_OVERRIDE']],
  [['CHOWN'], ['CHOWN', 'DAC_OVERRIDE'], ['CAP_CHOWN']],
])('with %j added and %j dropped a process has %j', (added, dropped, expected) => {
  const available = 0b111n | (1n << 12n);
  const granted = capabilities({ security: 'sandbox', added, dropped }, available);
  expect(granted.filter((name) => name !== 'CAP_NET_ADMIN' || dropped.includes('ALL'))).toEqual(
    expected,
  );
});

test('a capability that is added by its name has to be there', () => {
  const wanted = { security: 'sandbox', added: ['NET_ADMIN'], dropped: [] } as const;
  const missing = expect.objectContaining({ code: 'RUNTIME_CAPABILITY_MISSING' });
  expect(() => capabilities(wanted, 0b111n)).toThrow(missing);
});

test('names of capabilities are taken as people write them', () => {
  expect(['net_admin', 'CAP_SYS_PTRACE', 'all'].map(capabilityName)).toEqual([
    'NET_ADMIN',
    'SYS_PTRACE',
    'ALL',
  ]);
  const unknown = { code: 'CONTAINER_CAPABILITY', hint: 'did you mean NET_ADMIN?' };
  expect(() => capabilityName('NET_ADMN')).toThrow(expect.objectContaining(unknown));
});

test('devices that were asked for are made and may be used', () => {
  const node = { type: 'c', major: 10, minor: 229, fileMode: 0o600, uid: 0, gid: 0 } as const;
  const devices = [{ ...node, path: '/dev/fuse', access: 'rw' }];
  const { linux } = ociSpec(processSpec({ devices }), { ...host, devices: [] });
  expect(linux.devices).toEqual([{ ...node, path: '/dev/fuse' }]);
  expect(linux.resources.devices).toEqual([
    { allow: false, access: 'rwm' },
    { allow: true, type: 'c', major: 10, minor: 229, access: 'rw' },
  ]);
});

/** Names that are allowed whatever their arguments. */
function allowed(granted: ReadonlySet<string>): readonly string[] {
  const rules = seccompProfile('x64', granted)?.syscalls ?? [];
  return rules.flatMap(({ names, action, args }) =>
    action === 'SCMP_ACT_ALLOW' && args === undefined ? names : [],
  );
}

test('a capability opens the system calls that need it', () => {
  for (const name of ['mount', 'settimeofday', 'clone', 'bpf', 'keyctl', 'io_uring_setup']) {
    expect(allowed(none)).not.toContain(name);
  }
  const administrator = allowed(new Set(['CAP_SYS_ADMIN']));
  expect(administrator).toEqual(
    expect.arrayContaining(['mount', 'unshare', 'clone', 'clone3', 'bpf']),
  );
  for (const name of ['settimeofday', 'keyctl']) expect(administrator).not.toContain(name);
});

test('every way to a new namespace is refused', () => {
  const rules = seccompProfile('x64', none)?.syscalls ?? [];
  const about = (name: string) => rules.filter(({ names }) => names.includes(name));
  expect([...about('unshare'), ...about('setns')]).toEqual([]);
  expect(about('clone3')).toMatchObject([{ action: 'SCMP_ACT_ERRNO', errnoRet: 38 }]);
  const flags = { op: 'SCMP_CMP_MASKED_EQ', value: 0x7e020000, valueTwo: 0 };
  expect(about('clone')).toMatchObject([{ action: 'SCMP_ACT_ALLOW', args: [flags] }]);
});

test('names in the filter are listed once', () => {
  expect(new Set(allowed(none)).size).toBe(allowed(none).length);
});
