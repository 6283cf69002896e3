/**
 * The system calls that a sandboxed process may use: those of Docker's default filter. All others fail with EPERM, and ones
 * newer than the list with ENOSYS, which programs expect of an older kernel. Most refused calls need a capability that the
 * process lacks anyway; the filter is a second barrier, and it closes those that need none: user namespaces, key rings,
 * io_uring, BPF, performance counters.
 */
import { FILTERED_CALLS } from '../builtin/index.ts';
import type { OciSeccomp, OciSyscallRule } from '../process/oci-types.ts';

const EPERM = 1;
const ENOSYS = 38;

/** Families that are refused: one of the kernel's cryptography, one that reaches the host of a virtual machine. */
const AF_ALG = 38;
const AF_VSOCK = 40;

/** CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET */
const NEW_NAMESPACES = 0x7e020000;

/** PER_LINUX, PER_LINUX32, each with UNAME26 too, and the question for the present one. */
const PERSONALITIES = [0, 8, 0x20000, 0x20008, 0xffff_ffff];

/** Calls that a process may use only with a capability. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  CAP_DAC_READ_SEARCH: ['open_by_handle_at'],
  CAP_SYS_ADMIN: [
    ...['bpf', 'fanotify_init', 'lookup_dcookie', 'perf_event_open', 'quotactl', 'quotactl_fd'],
    // Mounts, by the old and the new calls.
    ...['fsconfig', 'fsmount', 'fsopen', 'fspick', 'mount', 'mount_setattr', 'move_mount'],
    ...['open_tree', 'open_tree_attr', 'umount', 'umount2'],
    // Namespaces, and names in them.
    ...['clone', 'clone3', 'setdomainname', 'sethostname', 'setns', 'unshare'],
    ...['lsm_get_self_attr', 'lsm_list_modules', 'lsm_set_self_attr', 'syslog'],
  ],
  CAP_SYS_BOOT: ['reboot'],
  CAP_SYS_CHROOT: ['chroot'],
  CAP_SYS_MODULE: ['delete_module', 'finit_module', 'init_module'],
  CAP_SYS_PACCT: ['acct'],
  CAP_SYS_PTRACE: ['kcmp', 'pidfd_getfd', 'process_madvise'],
  CAP_SYS_RAWIO: ['ioperm', 'iopl'],
  CAP_SYS_TIME: ['clock_settime', 'clock_settime64', 'settimeofday', 'stime'],
  CAP_SYS_TTY_CONFIG: ['vhangup'],
  CAP_SYS_NICE: ['get_mempolicy', 'mbind', 'set_mempolicy', 'set_mempolicy_home_node'],
  CAP_SYSLOG: ['syslog'],
  CAP_BPF: ['bpf'],
  CAP_PERFMON: ['perf_event_open'],
};

/** Their arguments decide. */
const COMPARED = ['personality', 'socket'];

const ARCHITECTURES: Readonly<Record<string, readonly string[]>> = {
  x64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  arm64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
  riscv64: ['SCMP_ARCH_RISCV64'],
  ppc64: ['SCMP_ARCH_PPC64LE'],
  s390x: ['SCMP_ARCH_S390X', 'SCMP_ARCH_S390'],
};

/** Most processes of a build have the same. */
const made = new Map<string, OciSeccomp | undefined>();

/**
 * @param architecture as in `process.arch`
 * @param granted the process's capabilities, `CAP_…`
 * @returns undefined for an architecture without a known filter
 */
export function seccompProfile(
  architecture: string,
  granted: ReadonlySet<string>,
): OciSeccomp | undefined {
  const key = [architecture, ...granted].join(' ');
  if (!made.has(key)) made.set(key, makeProfile(architecture, granted));
  return made.get(key);
}

function makeProfile(architecture: string, granted: ReadonlySet<string>): OciSeccomp | undefined {
  const architectures = ARCHITECTURES[architecture];
  if (!architectures) return undefined;
  const conditional = new Set([...Object.values(NEEDED).flat(), ...COMPARED]);
  const opened = Object.entries(NEEDED).flatMap(([name, calls]) =>
    granted.has(name) ? calls : [],
  );
  const allowed = FILTERED_CALLS.filter((name) => !conditional.has(name) || opened.includes(name));
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    architectures,
    syscalls: [
      { names: allowed, action: 'SCMP_ACT_ALLOW' },
      ...(granted.has('CAP_SYS_ADMIN') ? [] : processRules(architecture)),
      ...[
        { value: AF_ALG, op: 'SCMP_CMP_LT' as const },
        { value: AF_ALG + 1, op: 'SCMP_CMP_EQ' as const },
        { value: AF_VSOCK, op: 'SCMP_CMP_GT' as const },
      ].map((condition) => allow('socket', { index: 0, ...condition })),
      ...PERSONALITIES.map((value) => allow('personality', { index: 0, value, op: 'SCMP_CMP_EQ' })),
    ],
  };
}

/** New processes without new namespaces. */
function processRules(architecture: string): OciSyscallRule[] {
  const index = architecture === 's390x' ? 1 : 0;
  const flags = { index, value: NEW_NAMESPACES, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' as const };
  return [
    allow('clone', flags),
    // Its flags are in memory that no filter can read; without it C libraries use clone.
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
  ];
}

function allow(
  name: string,
  condition: NonNullable<OciSyscallRule['args']>[number],
): OciSyscallRule {
  return { names: [name], action: 'SCMP_ACT_ALLOW', args: [condition] };
}
