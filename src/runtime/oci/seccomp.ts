/**
 * The system calls that a sandboxed process may not use: a list of dangerous ones; all others are allowed. Most need a
 * capability that the process lacks anyway; the filter is a second barrier, and it closes those that need none: user
 * namespaces, key rings, BPF, performance counters.
 */
import type { OciSeccomp, OciSyscallRule } from '../process/oci-types.ts';

const EPERM = 1;
const ENOSYS = 38;
const AF_VSOCK = 40;

/** CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET */
const NEW_NAMESPACES = 0x7e020000;

/** Refused to every sandbox: key rings are not divided by namespace, the rest is powerful or obsolete. */
const REFUSED = [
  'add_key',
  'keyctl',
  'request_key',
  'io_uring_enter',
  'io_uring_register',
  'io_uring_setup',
  'userfaultfd',
  '_sysctl',
  'nfsservctl',
  'sysfs',
  'uselib',
  'ustat',
  'vm86',
  'vm86old',
];

/** Calls that need a capability sandboxes usually lack; a process with the capability may use them. */
const REFUSED_WITHOUT: Readonly<Record<string, readonly string[]>> = {
  CAP_SYS_ADMIN: [
    // Mounts, by the old and the new calls.
    'fsconfig',
    'fsmount',
    'fsopen',
    'fspick',
    'mount',
    'mount_setattr',
    'move_mount',
    'open_tree',
    'open_tree_attr',
    'pivot_root',
    'umount',
    'umount2',
    // Namespaces.
    'setns',
    'unshare',
    // Swap, quotas, and observers of the whole machine.
    'fanotify_init',
    'lookup_dcookie',
    'quotactl',
    'quotactl_fd',
    'swapoff',
    'swapon',
  ],
  CAP_SYS_BOOT: ['kexec_file_load', 'kexec_load', 'reboot'],
  CAP_SYS_MODULE: [
    'create_module',
    'delete_module',
    'finit_module',
    'get_kernel_syms',
    'init_module',
    'query_module',
  ],
  CAP_SYS_PACCT: ['acct'],
  CAP_SYS_TIME: [
    'adjtimex',
    'clock_adjtime',
    'clock_adjtime64',
    'clock_settime',
    'clock_settime64',
    'settimeofday',
    'stime',
  ],
  CAP_SYS_TTY_CONFIG: ['vhangup'],
  CAP_SYSLOG: ['syslog'],
  CAP_BPF: ['bpf'],
  CAP_PERFMON: ['perf_event_open'],
  // Other processes' memory, and files outside the mount table.
  CAP_SYS_PTRACE: ['kcmp', 'process_madvise', 'process_vm_readv', 'process_vm_writev'],
  CAP_DAC_READ_SEARCH: ['open_by_handle_at'],
  // The machine's memory layout and ports.
  CAP_SYS_NICE: [
    'get_mempolicy',
    'mbind',
    'migrate_pages',
    'move_pages',
    'set_mempolicy',
    'set_mempolicy_home_node',
  ],
  CAP_SYS_RAWIO: ['ioperm', 'iopl'],
};

const ARCHITECTURES: Readonly<Record<string, readonly string[]>> = {
  x64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  arm64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
  riscv64: ['SCMP_ARCH_RISCV64'],
  ppc64: ['SCMP_ARCH_PPC64LE'],
  s390x: ['SCMP_ARCH_S390X', 'SCMP_ARCH_S390'],
};

/**
 * @param architecture as in `process.arch`
 * @param granted the process's capabilities, `CAP_…`
 * @returns undefined for an architecture without a known filter
 */
export function seccompProfile(
  architecture: string,
  granted: ReadonlySet<string>,
): OciSeccomp | undefined {
  const architectures = ARCHITECTURES[architecture];
  if (!architectures) return undefined;
  const withheld = Object.entries(REFUSED_WITHOUT).filter(([name]) => !granted.has(name));
  const mayUnshare = granted.has('CAP_SYS_ADMIN');
  return {
    defaultAction: 'SCMP_ACT_ALLOW',
    architectures,
    syscalls: [
      refuse([...REFUSED, ...withheld.flatMap(([, names]) => names)].sort(), EPERM),
      // Its flags are in memory that no filter can read; without it C libraries use clone.
      ...(mayUnshare ? [] : [refuse(['clone3'], ENOSYS), ...cloneRules(architecture)]),
      {
        ...refuse(['socket'], EPERM),
        args: [{ index: 0, value: AF_VSOCK, op: 'SCMP_CMP_EQ' }],
      },
    ],
  };
}

/** One rule for each flag: a single rule can only check that all its bits are set. */
function cloneRules(architecture: string): OciSyscallRule[] {
  const index = architecture === 's390x' ? 1 : 0;
  const rules: OciSyscallRule[] = [];
  for (let bit = 1; bit < 2 ** 31; bit *= 2) {
    if ((NEW_NAMESPACES & bit) === 0) continue;
    const args = [{ index, value: bit, valueTwo: bit, op: 'SCMP_CMP_MASKED_EQ' as const }];
    rules.push({ ...refuse(['clone'], EPERM), args });
  }
  return rules;
}

function refuse(names: readonly string[], errnoRet: number): OciSyscallRule {
  return { names, action: 'SCMP_ACT_ERRNO', errnoRet };
}
