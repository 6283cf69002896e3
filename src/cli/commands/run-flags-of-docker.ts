/** Options of `docker run` that have no effect here, or are refused with what to do instead. The help lists only the usual ones. */
import type { FlagKind, FlagSpec, FlagTable } from '../flags.ts';

const REMOVE = 'remove the option';
const NETWORK = 'containers share this machine’s network, or have a private one: --network private';
const NO_CHECKS = 'lamina runs no health checks';
const OWN_NAMESPACES = 'every container has its own';
const WINDOWS = 'it is for Windows containers only';
const DEVICE_RATES = 'limit the whole command with systemd-run or ionice';

/** Usual enough to be listed. */
const listed = {
  expose: {
    kind: 'list',
    help: 'expose a port',
    noEffect: 'the container shares the network of this machine',
  },
  'publish-all': {
    kind: 'switch',
    short: 'P',
    help: 'publish all ports',
    noEffect: 'the container shares the network of this machine',
  },
  label: {
    kind: 'list',
    short: 'l',
    help: 'label the container',
    noEffect: 'containers do not outlive their process',
  },
  'sig-proxy': {
    kind: 'switch',
    help: 'forward signals',
    noEffect: 'signals are always forwarded',
  },
  detach: {
    kind: 'switch',
    short: 'd',
    help: 'run in the background',
    notYet: 'end the command line with &',
  },
  'volumes-from': { kind: 'list', help: 'mount the volumes of a container', notYet: 'use -v' },
  'security-opt': {
    kind: 'list',
    help: 'set security options',
    notYet: 'remove the option; --privileged, --cap-add and --cap-drop choose privileges',
  },
  gpus: { kind: 'text', help: 'add GPUs', notYet: 'add the device files: --device /dev/dri' },
  restart: {
    kind: 'text',
    help: 'set a restart policy',
    notYet: 'a container ends with its process',
    neutral: 'no',
  },
  attach: {
    kind: 'list',
    short: 'a',
    help: 'choose which streams to attach',
    notYet: 'output and errors are always attached: redirect them in the shell',
  },
  dns: {
    kind: 'list',
    help: 'set name servers',
    notYet: 'mount a file that names them: -v "$PWD/resolv.conf":/etc/resolv.conf',
  },
  link: { kind: 'list', help: 'link to a container', notYet: NETWORK },
  pid: { kind: 'text', help: 'choose the PID namespace', notYet: OWN_NAMESPACES },
  ipc: {
    kind: 'text',
    help: 'choose the IPC namespace',
    notYet: OWN_NAMESPACES,
    neutral: 'private',
  },
  userns: {
    kind: 'text',
    help: 'choose the user namespace',
    notYet: 'use --userns-remap or --isolation userns',
  },
} as const satisfies FlagTable;

export const runFlagsOfDocker = {
  ...listed,
  ...unlisted('noEffect', 'text', {
    'detach-keys': 'there is nothing to detach from',
    'health-cmd': NO_CHECKS,
    'health-interval': NO_CHECKS,
    'health-retries': NO_CHECKS,
    'health-start-interval': NO_CHECKS,
    'health-start-period': NO_CHECKS,
    'health-timeout': NO_CHECKS,
    'log-driver': 'output goes to that of lamina, and is not kept',
    'stop-signal': 'signals are forwarded as they come',
    'stop-timeout': 'signals are forwarded as they come',
  }),
  ...unlisted('noEffect', 'list', {
    annotation: 'containers do not outlive their process',
    'label-file': 'containers do not outlive their process',
    'log-opt': 'output goes to that of lamina, and is not kept',
  }),
  ...unlisted('noEffect', 'switch', {
    'disable-content-trust':
      'signatures of Docker Content Trust are not verified; digests always are',
    'no-healthcheck': NO_CHECKS,
  }),
  ...unlisted('notYet', 'text', {
    'blkio-weight': DEVICE_RATES,
    cgroupns: OWN_NAMESPACES,
    'cpu-count': WINDOWS,
    'cpu-percent': WINDOWS,
    'cpu-rt-period': 'use --cpu-period',
    'cpu-rt-runtime': 'use --cpu-quota',
    domainname: 'give --hostname the whole name',
    'io-maxbandwidth': WINDOWS,
    'io-maxiops': WINDOWS,
    ip: NETWORK,
    ip6: NETWORK,
    'kernel-memory': 'use --memory',
    'mac-address': NETWORK,
    'memory-swappiness': 'use --memory-swap',
    'oom-score-adj': REMOVE,
    runtime: 'set LAMINA_RUNTIME, or choose an --isolation',
    uts: OWN_NAMESPACES,
    'volume-driver': 'mount a directory of this machine: -v "$PWD/data":/data',
  }),
  ...unlisted('notYet', 'list', {
    'blkio-weight-device': DEVICE_RATES,
    'device-cgroup-rule': 'add the devices with --device',
    'device-read-bps': DEVICE_RATES,
    'device-read-iops': DEVICE_RATES,
    'device-write-bps': DEVICE_RATES,
    'device-write-iops': DEVICE_RATES,
    'dns-option': listed.dns.notYet,
    'dns-search': listed.dns.notYet,
    'link-local-ip': NETWORK,
    'network-alias': NETWORK,
    'storage-opt': REMOVE,
    sysctl: 'set it on this machine: sysctl -w NAME=VALUE',
  }),
  ...unlisted('notYet', 'switch', {
    'oom-kill-disable': 'use --memory-reservation, which is a soft limit',
    'use-api-socket': 'there is no daemon',
  }),
} as const satisfies FlagTable;

function unlisted(
  answer: 'noEffect' | 'notYet',
  kind: FlagKind,
  reasons: Readonly<Record<string, string>>,
): FlagTable {
  return Object.fromEntries(
    Object.entries(reasons).map(([name, reason]): [string, FlagSpec] => [
      name,
      { kind, help: 'an option of Docker', isUnlisted: true, [answer]: reason },
    ]),
  );
}
