/**
 * The system calls that a sandboxed process is refused: a list of what is dangerous, everything else is allowed.
 * Most need a capability that the process lacks anyway; the filter is the second wall, and it closes what needs
 * none: user namespaces, key rings, BPF, performance counters.
 */
import type { OciSeccomp, OciSyscallRule } from './oci-types.ts';

const EPERM = 1;
const ENOSYS = 38;
const AF_VSOCK = 40;

/** CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET */
const NEW_NAMESPACES = 0x7e020000;

const REFUSED = [
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
  // The kernel itself: modules, other kernels, restart, clock, accounting, swap, quotas, its log.
  'acct',
  'adjtimex',
  'clock_adjtime',
  'clock_adjtime64',
  'clock_settime',
  'clock_settime64',
  'create_module',
  'delete_module',
  'finit_module',
  'get_kernel_syms',
  'init_module',
  'kexec_file_load',
  'kexec_load',
  'query_module',
  'quotactl',
  'quotactl_fd',
  'reboot',
  'settimeofday',
  'stime',
  'swapoff',
  'swapon',
  'syslog',
  'vhangup',
  // Key rings are not divided by namespace.
  'add_key',
  'keyctl',
  'request_key',
  // Wide or often broken parts of the kernel.
  'bpf',
  'fanotify_init',
  'io_uring_enter',
  'io_uring_register',
  'io_uring_setup',
  'lookup_dcookie',
  'perf_event_open',
  'userfaultfd',
  // Other processes' memory, and files behind the back of the mount table.
  'kcmp',
  'open_by_handle_at',
  'process_madvise',
  'process_vm_readv',
  'process_vm_writev',
  // The machine's memory layout and ports.
  'get_mempolicy',
  'ioperm',
  'iopl',
  'mbind',
  'migrate_pages',
  'move_pages',
  'set_mempolicy',
  'set_mempolicy_home_node',
  // Left over from older kernels.
  '_sysctl',
  'nfsservctl',
  'sysfs',
  'uselib',
  'ustat',
  'vm86',
  'vm86old',
];

const ARCHITECTURES: Readonly<Record<string, readonly string[]>> = {
  x64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  arm64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
  riscv64: ['SCMP_ARCH_RISCV64'],
  ppc64: ['SCMP_ARCH_PPC64LE'],
  s390x: ['SCMP_ARCH_S390X', 'SCMP_ARCH_S390'],
};

/**
 * @param architecture as `process.arch` says it
 * @returns undefined for an architecture without a known filter
 */
export function seccompProfile(architecture: string): OciSeccomp | undefined {
  const architectures = ARCHITECTURES[architecture];
  if (!architectures) return undefined;
  return {
    defaultAction: 'SCMP_ACT_ALLOW',
    architectures,
    syscalls: [
      refuse(REFUSED, EPERM),
      // Its flags lie in memory where no filter can see them; without it C libraries use clone.
      refuse(['clone3'], ENOSYS),
      ...cloneRules(architecture),
      {
        ...refuse(['socket'], EPERM),
        args: [{ index: 0, value: AF_VSOCK, op: 'SCMP_CMP_EQ' }],
      },
    ],
  };
}

/** A rule for each flag: one rule can only ask whether all its bits are set. */
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
