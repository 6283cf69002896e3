/** Writes the OCI runtime specification of one process. */
import { capabilities } from '../process/linux-capabilities.ts';
import { ociProcess } from '../process/oci-process.ts';
import type {
  ConsoleSize,
  OciDevice,
  OciDeviceRule,
  OciLimits,
  OciMount,
  OciNamespace,
  OciSpec,
} from '../process/oci-types.ts';
import type { ProcessDevice, ProcessSpec } from '../process/spec.ts';
import { seccompProfile } from './seccomp.ts';

/** Everything the specification depends on beside the process: this machine and the runner's paths. */
export interface OciHost {
  /** The mounted root filesystem, absolute or relative to the bundle. */
  readonly rootPath: string;
  /** The mounts of the process in order, targets included. */
  readonly mounts: readonly OciMount[];
  /** Absolute, below the root of the cgroup hierarchy. */
  readonly cgroupsPath: string;
  /** Capabilities the runner has, bit n for capability n. */
  readonly availableCapabilities: bigint;
  /** Whether the kernel and the runtime can filter system calls. */
  readonly seccomp: boolean;
  /** As `process.arch` has it. */
  readonly architecture: string;
  /** Whether the kernel has POSIX message queues. */
  readonly messageQueues: boolean;
  /** For insecure processes: the devices of this machine. */
  readonly devices: readonly OciDevice[];
  readonly limits: OciLimits;
  /** The namespace of a private network, absolute. */
  readonly networkPath?: string | undefined;
  readonly oomScoreAdj: number;
  /** For processes with a terminal. */
  readonly consoleSize?: ConsoleSize | undefined;
}

const MASKED = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];
const READONLY = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** The whole specification; serialise it with `serialiseOciSpec`. */
export function ociSpec(spec: ProcessSpec, host: OciHost): OciSpec {
  const insecure = spec.security === 'insecure';
  const granted = capabilities(
    {
      security: spec.security,
      added: spec.addedCapabilities,
      dropped: droppedCapabilities(spec),
    },
    host.availableCapabilities,
  );
  const seccomp =
    insecure || !host.seccomp ? undefined : seccompProfile(host.architecture, new Set(granted));
  const devices = [...(insecure ? host.devices : []), ...spec.devices.map(ociDevice)];
  return {
    ociVersion: '1.0.2',
    hostname: spec.hostname,
    // crun drops the flag of the mount at this path.
    root: { path: host.rootPath, readonly: spec.upper === undefined },
    process: ociProcess(spec, { ...host, granted }),
    mounts: [...defaultMounts(spec, host), ...host.mounts],
    linux: {
      namespaces: namespaces(spec, host.networkPath),
      cgroupsPath: host.cgroupsPath,
      resources: {
        devices: [{ allow: insecure, access: 'rwm' }, ...spec.devices.map(deviceRule)],
        ...host.limits,
      },
      ...(devices.length > 0 && { devices }),
      maskedPaths: insecure ? [] : MASKED,
      readonlyPaths: insecure ? [] : READONLY,
      ...(seccomp && { seccomp }),
    },
  };
}

/** JSON with the 64-bit numbers that JavaScript cannot write. */
export function serialiseOciSpec(spec: OciSpec): string {
  // Quotes inside of strings are escaped, so this matches nothing a user wrote.
  return JSON.stringify(spec).replace(/("(?:soft|hard)":)"unlimited"/g, `$1${2n ** 64n - 1n}`);
}

function ociDevice({ access: _, ...device }: ProcessDevice): OciDevice {
  return device;
}

function deviceRule({ type, major, minor, access }: ProcessDevice): OciDeviceRule {
  return { allow: true, type, major, minor, access };
}

/** Raw packets would leave a private network for the loopback of this machine, past its routes. */
function droppedCapabilities({ network, droppedCapabilities: dropped }: ProcessSpec) {
  return network === 'private' ? [...dropped, 'NET_RAW'] : dropped;
}

function namespaces({ network }: ProcessSpec, path: string | undefined): OciNamespace[] {
  const own = ['pid', 'ipc', 'uts', 'mount', 'cgroup'].map((type) => ({ type }));
  switch (network) {
    case 'host':
      return own;
    case 'none':
      return [...own, { type: 'network' }];
    case 'private':
      if (path === undefined) throw new Error('a private network was not made');
      return [...own, { type: 'network', path }];
  }
}

function defaultMounts({ security, shmSize }: ProcessSpec, host: OciHost): OciMount[] {
  const closed = ['nosuid', 'noexec', 'nodev'];
  const access = security === 'insecure' ? 'rw' : 'ro';
  const mounts: OciMount[] = [
    special('/proc', 'proc', closed),
    special('/dev', 'tmpfs', ['nosuid', 'strictatime', 'mode=755', 'size=65536k']),
    special('/dev/pts', 'devpts', [
      'nosuid',
      'noexec',
      'newinstance',
      'ptmxmode=0666',
      'mode=0620',
      'gid=5',
    ]),
    special('/dev/shm', 'tmpfs', [...closed, 'mode=1777', `size=${shmSize}`]),
    special('/sys', 'sysfs', [...closed, access]),
    special('/sys/fs/cgroup', 'cgroup', [...closed, 'relatime', access]),
  ];
  if (host.messageQueues) mounts.splice(4, 0, special('/dev/mqueue', 'mqueue', closed));
  return mounts;
}

function special(destination: string, type: string, options: readonly string[]): OciMount {
  return { destination, type, source: type, options };
}
