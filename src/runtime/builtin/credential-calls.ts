/** The calls that take away what a process may not have. */
import {
  capabilityNumber,
  type OciNamespace,
  type OciRlimit,
  type OciSpec,
} from '../process/index.ts';
import { attach } from './mount-calls.ts';
import { seccompFilter } from './seccomp-filter.ts';
import type { Call } from './syscall-program.ts';
import { AT_FDCWD, cString, MOUNT_FLAGS } from './values.ts';

const PR_SET_KEEPCAPS = 8;
const PR_SET_SECCOMP = 22;
const PR_CAPBSET_DROP = 24;
const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP_MODE_FILTER = 2;
const CAPABILITY_VERSION_3 = 0x2008_0522;
const UNLIMITED = 2n ** 64n - 1n;
const O_WRONLY_CLOEXEC = 0o2000001;
const AF_INET = 2;
const SOCK_DGRAM_CLOEXEC = 0o2000002;
const SIOCSIFFLAGS = 0x8914;
const IFF_UP_RUNNING = 0x41;
const INTERFACE_NAME_BYTES = 16;

/** By the numbers of the kernel. */
const RLIMITS = [
  ...['CPU', 'FSIZE', 'DATA', 'STACK', 'CORE', 'RSS', 'NPROC', 'NOFILE', 'MEMLOCK', 'AS'],
  ...['LOCKS', 'SIGPENDING', 'MSGQUEUE', 'NICE', 'RTPRIO', 'RTTIME'],
];

export interface SecureOptions {
  /** The next descriptor that an opened file gets. */
  readonly firstFd: number;
  /** Whether a path of this machine is a directory; undefined: it does not exist. */
  readonly isDirectory: (path: string) => boolean | undefined;
}

/**
 * Host name, limits, hidden paths and the filter. What comes after the filter must pass it.
 */
export function secureCalls(
  { hostname, process, linux }: OciSpec,
  { firstFd, isDirectory }: SecureOptions,
): Call[] {
  const name = Buffer.from(hostname);
  return [
    { name: 'sethostname', args: [name, name.length] },
    ...(linux.namespaces.some(isNewNetwork) ? loopback(firstFd) : []),
    ...writeFile('/proc/self/oom_score_adj', String(process.oomScoreAdj), firstFd),
    // What this kernel lacks, its containers lack too.
    ...linux.readonlyPaths.flatMap((path) =>
      isDirectory(path) === undefined ? [] : readonlyPath(path),
    ),
    ...linux.maskedPaths.flatMap((path) => maskedPath(path, isDirectory(path))),
    { name: 'umask', args: [process.user.umask] },
    ...rlimitCalls(process),
    ...filter(linux.seccomp),
    { name: 'chdir', args: [cString(process.cwd)], label: 'cwd' },
  ];
}

/** The user, and the capabilities that remain. The last one takes effect with the program. */
export function capabilityCalls(process: OciSpec['process'], lastCapability: number): Call[] {
  const granted = new Set(process.capabilities.bounding?.map(capabilityNumber));
  const all = Array.from({ length: lastCapability + 1 }, (_, number) => number);
  const { uid, gid, additionalGids } = process.user;
  const groups = Buffer.from(Uint32Array.from(additionalGids).buffer);
  return [
    ...all
      .filter((number) => !granted.has(number))
      .map((number): Call => ({ name: 'prctl', args: [PR_CAPBSET_DROP, number] })),
    { name: 'prctl', args: [PR_SET_KEEPCAPS, 1] },
    // Without any, as in a user namespace that has one id, the call may be refused.
    ...(additionalGids.length === 0
      ? []
      : [{ name: 'setgroups', args: [additionalGids.length, groups] } as const]),
    { name: 'setresgid', args: [gid, gid, gid] },
    { name: 'setresuid', args: [uid, uid, uid] },
    { name: 'prctl', args: [PR_SET_KEEPCAPS, 0] },
    capset(granted),
  ];
}

/** Effective and permitted: the same. Inheritable: none. */
function capset(granted: ReadonlySet<number>): Call {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(CAPABILITY_VERSION_3);
  const data = Buffer.alloc(24);
  for (const number of granted) {
    const at = number < 32 ? 0 : 12;
    const bit = 2 ** (number % 32);
    data.writeUInt32LE(data.readUInt32LE(at) + bit, at);
    data.writeUInt32LE(data.readUInt32LE(at + 4) + bit, at + 4);
  }
  return { name: 'capset', args: [header, data] };
}

export function filter(seccomp: OciSpec['linux']['seccomp']): Call[] {
  return seccomp === undefined ? [] : [install(seccompFilter(seccomp))];
}

/** Without a capability, only a process that can gain none may install a filter. */
export function unprivilegedFilter(instructions: Buffer): Call[] {
  // Where there are no filters, processes run without what this one helps with.
  return [
    { name: 'prctl', args: [PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0], onError: 'ignore' },
    { ...install(instructions), onError: 'ignore' },
  ];
}

function install(instructions: Buffer): Call {
  const program = { words: [instructions.length / 8, instructions] };
  const args = [PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program];
  return { name: 'prctl', args, label: 'seccomp' };
}

export function rlimitCalls({ rlimits }: OciSpec['process']): Call[] {
  return rlimits.map(rlimit);
}

function rlimit({ type, soft, hard }: OciRlimit): Call {
  const name = type.replace(/^RLIMIT_/, '');
  const number = (value: number | 'unlimited') => (value === 'unlimited' ? UNLIMITED : value);
  const limits = { words: [number(soft), number(hard)] };
  const args = [0, RLIMITS.indexOf(name), limits, 0];
  return { name: 'prlimit64', args, label: `rlimit:${name.toLowerCase()}` };
}

function readonlyPath(path: string): Call[] {
  const flags = (MOUNT_FLAGS.bind ?? 0) | RECURSIVE;
  return [
    { name: 'mount', args: [cString(path), cString(path), 0, flags, 0] },
    attach.remount(path, ['ro', 'nosuid', 'noexec', 'nodev']),
  ];
}

function maskedPath(path: string, isDirectory: boolean | undefined): Call[] {
  if (isDirectory === undefined) return [];
  if (isDirectory) {
    const empty = { source: 'tmpfs', type: 'tmpfs', destination: path, options: ['ro'] };
    return [attach.fileSystem(empty)];
  }
  const flags = MOUNT_FLAGS.bind ?? 0;
  return [{ name: 'mount', args: [cString('/dev/null'), cString(path), 0, flags, 0] }];
}

const RECURSIVE = 0x4000;

function isNewNetwork({ type, path }: OciNamespace): boolean {
  return type === 'network' && path === undefined;
}

/** Starts the only interface of a new network namespace. */
export function loopback(fd: number): Call[] {
  const request = Buffer.alloc(40);
  request.write('lo');
  request.writeUInt16LE(IFF_UP_RUNNING, INTERFACE_NAME_BYTES);
  return [
    { name: 'socket', args: [AF_INET, SOCK_DGRAM_CLOEXEC, 0] },
    { name: 'ioctl', args: [fd, SIOCSIFFLAGS, request] },
    { name: 'close', args: [fd] },
  ];
}

function writeFile(path: string, text: string, fd: number): Call[] {
  const content = Buffer.from(text);
  return [
    { name: 'openat', args: [AT_FDCWD, cString(path), O_WRONLY_CLOEXEC, 0] },
    { name: 'write', args: [fd, content, content.length] },
    { name: 'close', args: [fd] },
  ];
}
