/** Decides which isolations work, from facts alone. */
import { basename } from 'node:path';
import { canLaunch } from '../builtin/index.ts';
import { hasCapability, ISOLATIONS, type Isolation } from '../process/index.ts';
import type { MachineFacts } from './machine-facts.ts';
import type { IsolationReport } from './report.ts';

/** What is missing, and how to get it. */
interface Obstacle {
  readonly reason: string;
  readonly fix: string | undefined;
}

/** @returns a report for each isolation, strongest first */
export function judgeIsolations(facts: MachineFacts): readonly IsolationReport[] {
  return ISOLATIONS.map((isolation) => judgeIsolation(isolation, facts));
}

export function judgeIsolation(isolation: Isolation, facts: MachineFacts): IsolationReport {
  const obstacle = OBSTACLES[isolation](facts);
  const lacks = [...LACKS[isolation], ...(isolation === 'userns' ? lackingOfUser(facts) : [])];
  return { isolation, works: obstacle === undefined, lacks, ...obstacle };
}

const LACKS: Readonly<Record<Isolation, readonly string[]>> = {
  oci: [],
  builtin: [],
  userns: ['device nodes'],
  chroot: [
    'namespaces',
    'a filter of system calls',
    'read-only mounts',
    '/proc and /sys',
    '--network=none',
    'limits',
  ],
  proot: [
    ...['namespaces', 'a filter of system calls', 'read-only mounts', '--network=none', 'limits'],
    ...['device nodes', 'owners of new files', 'full speed'],
  ],
};

const OBSTACLES: Readonly<Record<Isolation, (facts: MachineFacts) => Obstacle | undefined>> = {
  oci: (facts) => namespaceObstacle(facts) ?? ociProgramObstacle(facts),
  builtin: (facts) => namespaceObstacle(facts) ?? launchObstacle(facts, [5, 12]),
  userns: (facts) => usernsObstacle(facts),
  chroot: (facts) => chrootObstacle(facts),
  proot: (facts) => prootObstacle(facts),
};

/** Where processes get namespaces and mounts of the machine itself. */
function namespaceObstacle(facts: MachineFacts): Obstacle | undefined {
  if (facts.system !== 'linux') return notLinux;
  if (!facts.isRoot) return { reason: 'it needs root', fix: 'run lamina with sudo' };
  if (facts.isInUserNamespace) {
    return {
      reason: 'root of a user namespace cannot mount layers as root of the machine can',
      fix: 'run lamina with sudo outside the user namespace',
    };
  }
  return namespacesRefused(facts);
}

function namespacesRefused(facts: MachineFacts): Obstacle | undefined {
  if (!hasCapability(facts.capabilities, 'SYS_ADMIN')) {
    return { reason: 'the capability SYS_ADMIN is missing', fix: PRIVILEGED };
  }
  const missing = ['setpriv', 'unshare'].find((program) => facts.find(program) === undefined);
  if (missing !== undefined) {
    return { reason: `${missing} is not installed`, fix: 'apt-get install util-linux' };
  }
  const refusal = facts.refusedNamespaces();
  if (refusal === undefined) return undefined;
  const isLimit = refusal.includes('No space left');
  const fix = isLimit
    ? 'raise the limits in /proc/sys/user, such as max_mnt_namespaces'
    : PRIVILEGED;
  return { reason: `new namespaces are refused (${refusal})`, fix };
}

const notLinux: Obstacle = {
  reason: 'containers need Linux',
  fix: 'run lamina on Linux, or in a virtual machine',
};

const PRIVILEGED = 'start the container with --privileged';

/** Lamina starts processes with system calls whose numbers it must know, and that the kernel must have. */
function launchObstacle(
  { architecture, kernel }: MachineFacts,
  [leastMajor, leastMinor]: readonly [number, number],
): Obstacle | undefined {
  if (!canLaunch(architecture)) {
    return { reason: `it knows no processor ${architecture}`, fix: 'apt-get install runc' };
  }
  const [major = 0, minor = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10));
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return undefined;
  const least = `${leastMajor}.${leastMinor}`;
  return { reason: `it needs Linux ${least}, and this is ${kernel}`, fix: 'use a newer kernel' };
}

/** Memory, processor time and processes. */
const LIMITS = 3;

function lackingOfUser(facts: MachineFacts): readonly string[] {
  const missing = facts.undelegatedControllers();
  const limits = missing.length < LIMITS ? `limits of ${missing.join(' and ')}` : 'limits';
  return [
    ...(missing.length > 0 ? [limits] : []),
    ...(facts.hasOneId ? ['users', 'owners of new files'] : []),
  ];
}

/** In the user namespace that lamina itself is root of: the command line enters one for users. */
function usernsObstacle(facts: MachineFacts): Obstacle | undefined {
  if (facts.system !== 'linux') return notLinux;
  if (!facts.isRoot) return userObstacle(facts);
  if (!facts.isInUserNamespace) {
    return {
      reason: 'root of the machine needs no user namespace',
      fix: 'choose another isolation',
    };
  }
  return namespacesRefused(facts) ?? launchObstacle(facts, [5, 12]);
}

function userObstacle(facts: MachineFacts): Obstacle | undefined {
  const missing = ['nsenter', 'setpriv', 'unshare'].find((one) => facts.find(one) === undefined);
  if (missing !== undefined) {
    return { reason: `${missing} is not installed`, fix: 'apt-get install util-linux' };
  }
  const refusal = facts.refusedUserNamespaces();
  if (refusal !== undefined) {
    const fix = refusal.includes('No space left')
      ? 'sudo sysctl -w user.max_user_namespaces=15000'
      : 'allow user namespaces: sudo sysctl -w kernel.unprivileged_userns_clone=1 (Debian) or kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu); a container needs a seccomp profile that allows them';
    return { reason: `user namespaces are refused (${refusal})`, fix };
  }
  if (!facts.isOfCommand) {
    return {
      reason: 'this process is not root of a user namespace',
      fix: "use lamina's command line, or start the process with `podman unshare` or `unshare --user --map-root-user --map-auto`",
    };
  }
  return launchObstacle(facts, [5, 12]);
}

/** What root of an ordinary container has. */
const CHROOT_CAPABILITIES = [
  ...['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'SETGID', 'SETUID'],
  ...['SETPCAP', 'SYS_CHROOT'],
];

function chrootObstacle(facts: MachineFacts): Obstacle | undefined {
  if (facts.system !== 'linux') return notLinux;
  if (!facts.isRoot) return { reason: 'it needs root', fix: 'run lamina as root of its container' };
  if (facts.isInUserNamespace) {
    return { reason: 'root of a user namespace can make no device nodes', fix: undefined };
  }
  const missing = CHROOT_CAPABILITIES.find((name) => !hasCapability(facts.capabilities, name));
  if (missing !== undefined) {
    const fix = "start the container with Docker's default capabilities";
    return { reason: `the capability ${missing} is missing`, fix };
  }
  return launchObstacle(facts, [5, 9]);
}

/** What proot says if it cannot write its loader, or the kernel refuses to start it from there. */
const NO_DIRECTORY = /can't create temporary file|execve\(.*Permission denied/;

function prootObstacle(facts: MachineFacts): Obstacle | undefined {
  if (facts.system !== 'linux') return notLinux;
  if (facts.find('proot') === undefined) {
    return { reason: 'proot is not installed', fix: 'apt-get install proot' };
  }
  const refusal = facts.refusedTracing();
  if (refusal !== undefined) {
    if (NO_DIRECTORY.test(refusal)) {
      const fix = 'mount a file system without noexec at /tmp, writable for this user';
      return { reason: `proot cannot start programs from /tmp (${refusal})`, fix };
    }
    const fix = 'allow the system call ptrace in the container';
    return { reason: `processes cannot be traced (${refusal})`, fix };
  }
  return launchObstacle(facts, [5, 9]);
}

function ociProgramObstacle(facts: MachineFacts): Obstacle | undefined {
  const { askedOciProgram: asked, find, crunLacksFilter } = facts;
  const candidates = asked === undefined ? ['runc', 'crun'] : [asked];
  const found = candidates.find((program) => find(program) !== undefined);
  if (found !== undefined && basename(found) === 'crun' && crunLacksFilter()) {
    return {
      reason: 'crun may not lock memory, which its filter of devices needs with cgroup v2',
      fix: asked === undefined ? 'apt-get install runc' : 'unset LAMINA_RUNTIME',
    };
  }
  if (found !== undefined) return undefined;
  return asked === undefined
    ? { reason: 'neither runc nor crun is installed', fix: 'apt-get install runc' }
    : {
        reason: `the program '${asked}' of LAMINA_RUNTIME was not found`,
        fix: 'set LAMINA_RUNTIME to runc, crun, or the path of one of them',
      };
}
