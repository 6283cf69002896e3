/**
 * The system calls that start the process of an OCI specification: what runc does, without runc. Sources of mounts are
 * opened before the root changes, and attached after it, so that no link of the image leads out of it.
 */
import type { OciDevice, OciMount, OciNamespace, OciSpec } from '../process/index.ts';
import { capabilityCalls, secureCalls } from './credential-calls.ts';
import { deviceCalls, deviceSources } from './device-calls.ts';
import { execCalls, NOT_STARTED } from './exec-calls.ts';
import { REPORT_FD } from './machine-code.ts';
import { attach, mountCalls, mountSources, openTree, type TreeSource } from './mount-calls.ts';
import type { Call } from './syscall-program.ts';
import { AT_FDCWD, CLONE, cString, MOUNT_FLAGS } from './values.ts';

/** What the calls depend on beside the specification. Paths are relative to the runner's directory, or absolute. */
export interface LaunchHost {
  /** The directory that paths of the specification are relative to. */
  readonly bundle: string;
  /** Nothing can be written in the root file system itself. */
  readonly readonlyRoot: boolean;
  /** The files that take processes into their control groups. */
  readonly cgroupProcesses: readonly string[];
  /** Whether a path of this machine is a directory; undefined: it does not exist. */
  readonly isDirectory: (path: string) => boolean | undefined;
  /** Makes a node of a device, and returns its path. */
  readonly nodeOf: (device: OciDevice) => string;
  /** The number of the kernel's last capability. */
  readonly lastCapability: number;
}

/** The first descriptor that the program opens. */
const FIRST_FD = REPORT_FD + 1;
const SIGCHLD = 17;
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const O_RDONLY_CLOEXEC = 0o2000000;
const O_WRONLY_CLOEXEC = 0o2000001;
const O_RDWR = 2;
const TIOCSCTTY = 0x540e;
const MNT_DETACH = 2;
const JOIN_SESSION_KEYRING = 1;

/**
 * The process of the specification becomes a sibling of the process that makes these calls. That one reports its id when
 * the process has started its program, or has failed to: a report whose first word is positive. Then it ends.
 */
export function launchCalls(spec: OciSpec, host: LaunchHost): readonly Call[] {
  const pid = Buffer.alloc(16);
  const flags = spec.linux.namespaces.reduce(
    (all, { type, path }) => (path === undefined ? all | (CLONE[type] ?? 0) : all),
    0,
  );
  const devices = deviceSources(spec, host.nodeOf);
  const sources = [...devices, ...mountSources(spec.mounts, host)];
  const trees = new Map(sources.map((source, index) => [source.key, FIRST_FD + index]));
  return [
    { name: 'fcntl', args: [REPORT_FD, F_SETFD, FD_CLOEXEC] },
    // What lamina was started with is not for the process, and would change the numbers of what is opened here.
    { name: 'close_range', args: [FIRST_FD, 0xffff_ffff, 0] },
    ...host.cgroupProcesses.flatMap(joinCgroup),
    ...spec.linux.namespaces.flatMap(joinNamespace),
    {
      name: 'clone',
      args: [flags | CLONE.vfork | CLONE.parent | CLONE.parentSetTid | SIGCHLD, 0, pid],
      inParent: [
        { name: 'write', args: [REPORT_FD, pid, pid.length] },
        { name: 'exit_group', args: [0] },
      ],
    },
    { name: 'setsid', args: [] },
    // Without keyrings in the kernel there is none to leave.
    { name: 'keyctl', args: [JOIN_SESSION_KEYRING, 0], onError: 'ignore' },
    ...sources.flatMap((source, index) => openTree(source, FIRST_FD + index)),
    ...kernelMounts(spec, `${host.bundle}/${spec.root.path}`),
    ...enterRoot(`${host.bundle}/${spec.root.path}`),
    ...rootFlags(spec, host),
    ...mountAll(spec, { devices, trees, host }),
    ...(spec.process.terminal ? terminalCalls(FIRST_FD + sources.length) : []),
    ...secureCalls(spec, { ...host, firstFd: FIRST_FD + sources.length }),
    ...capabilityCalls(spec.process, host.lastCapability),
    ...execCalls(spec.process),
    // No program was started: a call that always fails says so.
    { name: 'close', args: [-1], label: NOT_STARTED },
  ];
}

/** Every descriptor is closed again: it does not change the numbers of those that follow. */
function joinCgroup(path: string): Call[] {
  const itself = Buffer.from('0');
  return [
    { name: 'openat', args: [AT_FDCWD, cString(path), O_WRONLY_CLOEXEC, 0], label: 'cgroup' },
    { name: 'write', args: [FIRST_FD, itself, 1], label: 'cgroup' },
    { name: 'close', args: [FIRST_FD] },
  ];
}

/** Children are in it, too. */
function joinNamespace({ type, path }: OciNamespace): Call[] {
  if (path === undefined) return [];
  return [
    { name: 'openat', args: [AT_FDCWD, cString(path), O_RDONLY_CLOEXEC, 0], label: type },
    { name: 'setns', args: [FIRST_FD, CLONE[type] ?? 0], label: type },
    { name: 'close', args: [FIRST_FD] },
  ];
}

interface Sources {
  readonly devices: readonly TreeSource[];
  readonly trees: ReadonlyMap<string, number>;
  readonly host: LaunchHost;
}

/** Of the mounts of a specification, /dev is filled before others can be inside. */
function mountAll({ mounts }: OciSpec, { devices, trees, host }: Sources): Call[] {
  const own = mounts.filter((mount) => !isOfKernel(mount));
  const dev = own.findIndex(({ destination }) => destination === '/dev');
  const lines = own.map((mount, index) => (index === dev ? withoutNodes(mount) : mount));
  return [
    ...mountCalls(lines.slice(0, dev + 1), trees, host),
    ...deviceCalls(devices, trees),
    ...mountCalls(lines.slice(dev + 1), trees, host),
  ];
}

function isOfKernel({ type }: OciMount): boolean {
  return type === 'proc' || type === 'sysfs';
}

/** In a user namespace the kernel mounts them only while others are in sight: those of the old root. */
function kernelMounts({ mounts }: OciSpec, root: string): Call[] {
  return mounts
    .filter(isOfKernel)
    .map((mount) => attach.fileSystem({ ...mount, destination: `${root}${mount.destination}` }));
}

/** As in pivot_root(2): the old root lies on top of the new one until it is unmounted. */
function enterRoot(path: string): Call[] {
  const here = cString('.');
  return [
    { name: 'chdir', args: [cString(path)] },
    { name: 'pivot_root', args: [here, here] },
    { name: 'umount2', args: [here, MNT_DETACH] },
    { name: 'chdir', args: [cString('/')] },
  ];
}

/** Device nodes that the image has or the process makes are files of no effect. */
function rootFlags(spec: OciSpec, { readonlyRoot }: LaunchHost): Call[] {
  const insecure = spec.linux.resources.devices.some(({ allow, type }) => allow && !type);
  const options = [...(insecure ? [] : ['nodev']), ...(readonlyRoot ? ['ro'] : [])];
  return options.length === 0 ? [] : [attach.remount('/', options)];
}

/** The first terminal of the container becomes that of the process, which has a session of its own. */
function terminalCalls(fd: number): Call[] {
  const console = '/dev/console';
  const terminal = cString('/dev/pts/0');
  return [
    { name: 'openat', args: [AT_FDCWD, terminal, O_RDWR, 0] },
    { name: 'ioctl', args: [fd, TIOCSCTTY, 0] },
    ...[0, 1, 2].map((stream): Call => ({ name: 'dup3', args: [fd, stream, 0] })),
    { name: 'close', args: [fd] },
    ...attach.file(console),
    { name: 'mount', args: [terminal, cString(console), 0, MOUNT_FLAGS.bind ?? 0, 0] },
  ];
}

function withoutNodes(mount: OciMount): OciMount {
  return { ...mount, options: [...mount.options, 'nodev'] };
}
