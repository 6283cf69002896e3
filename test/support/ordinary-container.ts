/**
 * A container as people get one from Docker or Kubernetes, made with runc: Docker's default capabilities and system call
 * filter, no privilege. Commands run in it with this machine's files, read-only, and one directory to write.
 */
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export interface ContainerLimits {
  /** Default: 0. */
  readonly uid?: number;
  /** Default: Docker's. */
  readonly capabilities?: readonly string[];
  readonly noNewPrivileges?: boolean;
  /** It reaches servers of this machine. Default: false. */
  readonly hasMachineNetwork?: boolean;
}

export const DOCKER_CAPABILITIES = [
  ...['CHOWN', 'DAC_OVERRIDE', 'FSETID', 'FOWNER', 'MKNOD', 'NET_RAW', 'SETGID', 'SETUID'],
  ...['SETFCAP', 'SETPCAP', 'NET_BIND_SERVICE', 'SYS_CHROOT', 'KILL', 'AUDIT_WRITE'],
];

/** What Docker allows only with SYS_ADMIN, or never, and the profile of Podman allows always. */
const REFUSED_BY_DOCKER = new Set([
  ...[
    'add_key',
    'bpf',
    'clone',
    'clone3',
    'fanotify_init',
    'fsconfig',
    'fsmount',
    'fsopen',
    'fspick',
  ],
  ...[
    'keyctl',
    'lookup_dcookie',
    'mount',
    'mount_setattr',
    'move_mount',
    'open_tree',
    'pivot_root',
  ],
  ...[
    'perf_event_open',
    'quotactl',
    'request_key',
    'setdomainname',
    'sethostname',
    'setns',
    'syslog',
  ],
  ...['umount', 'umount2', 'unshare'],
]);
const NEW_NAMESPACES = 0x7e020000;

const PASSED_ON = [
  'PATH',
  'HOME',
  'LAMINA_ROOT',
  'LAMINA_ISOLATION',
  'NO_COLOR',
  'SOURCE_DATE_EPOCH',
];

export class OrdinaryContainer implements Disposable {
  readonly #bundle = mkdtempSync(join(tmpdir(), 'lamina-container-'));
  readonly #id = `lamina-test-${process.pid}-${Math.random().toString(36).slice(2)}`;

  /** @param writable a directory of this machine, the only one that it may write */
  constructor(writable: string, limits: ContainerLimits = {}) {
    mkdirSync(join(this.#bundle, 'rootfs'));
    writeFileSync(join(this.#bundle, 'config.json'), JSON.stringify(configOf(writable, limits)));
    this.#runc('run', '--detach', '--bundle', this.#bundle, this.#id);
  }

  /** As `RunSettings.wrapper`. */
  get wrapper(): readonly string[] {
    const env = PASSED_ON.map((name) => `\${${name}+-e "${name}=$${name}"}`).join(' ');
    const root = join(this.#bundle, 'state');
    return ['sh', '-c', `exec runc --root ${root} exec ${env} ${this.#id} "$@"`, 'sh'];
  }

  [Symbol.dispose](): void {
    this.#runc('delete', '--force', this.#id);
    rmSync(this.#bundle, { recursive: true, force: true });
  }

  #runc(...args: readonly string[]): void {
    const all = ['--root', join(this.#bundle, 'state'), ...args];
    // The container keeps what it inherits: it gets nothing of ours.
    const log = join(this.#bundle, 'log');
    const { status } = spawnSync('sh', [
      '-c',
      `exec runc "$@" </dev/null >${log} 2>&1`,
      'sh',
      ...all,
    ]);
    if (status !== 0) throw new Error(`runc ${args.join(' ')}: ${readFileSync(log, 'utf8')}`);
  }
}

/** lamina and its Node.js, where the container's own /tmp would hide them. */
function hiddenPrograms(): readonly string[] {
  const root = resolve(import.meta.dirname, '../..');
  return [root, dirname(process.execPath)].filter(
    (path, index, all) =>
      path.startsWith('/tmp/') &&
      !all.slice(0, index).some((above) => path.startsWith(`${above}/`)),
  );
}

function configOf(writable: string, limits: ContainerLimits): object {
  const { uid = 0, capabilities = DOCKER_CAPABILITIES, noNewPrivileges = false } = limits;
  const namespaces = ['pid', 'ipc', 'uts', 'mount'];
  if (limits.hasMachineNetwork !== true) namespaces.push('network');
  const granted = capabilities.map((name) => `CAP_${name}`);
  const closed = ['nosuid', 'noexec', 'nodev'];
  const special = (destination: string, type: string, options: readonly string[]) => ({
    ...{ destination, type, source: type, options },
  });
  const bind = (path: string, access: 'ro' | 'rw') => ({
    ...{ destination: path, type: 'bind', source: path, options: ['bind', access] },
  });
  return {
    ociVersion: '1.0.2',
    root: { path: 'rootfs', readonly: false },
    hostname: 'ordinary',
    process: {
      args: ['sleep', 'infinity'],
      env: ['PATH=/usr/local/bin:/usr/bin:/bin'],
      cwd: '/',
      user: { uid, gid: uid },
      capabilities: { bounding: granted, effective: granted, permitted: granted },
      noNewPrivileges,
    },
    mounts: [
      special('/proc', 'proc', closed),
      special('/dev', 'tmpfs', ['nosuid', 'strictatime', 'mode=755', 'size=65536k']),
      special('/dev/pts', 'devpts', ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'gid=5']),
      special('/dev/shm', 'tmpfs', [...closed, 'mode=1777', 'size=65536k']),
      special('/sys', 'sysfs', [...closed, 'ro']),
      special('/tmp', 'tmpfs', ['nosuid', 'nodev', 'mode=1777']),
      ...hiddenPrograms().map((path) => bind(path, 'ro')),
      ...programDirectories().map((path) => bind(path, 'ro')),
      bind(writable, 'rw'),
    ],
    linux: {
      namespaces: namespaces.map((type) => ({ type })),
      resources: { devices: [{ allow: false, access: 'rwm' }] },
      maskedPaths: ['/proc/acpi', '/proc/kcore', '/proc/keys', '/proc/timer_list', '/sys/firmware'],
      readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
      seccomp: dockerFilter(granted),
    },
  };
}

/** Where node, lamina and the tools are. */
function programDirectories(): string[] {
  const others = new Set([
    'proc',
    'dev',
    'sys',
    'tmp',
    'run',
    'lost+found',
    'boot',
    'mnt',
    'media',
  ]);
  return readdirSync('/')
    .filter((name) => !others.has(name) && statSync(`/${name}`).isDirectory())
    .map((name) => `/${name}`);
}

interface ProfileRule {
  readonly names: readonly string[];
  readonly action: string;
  readonly args?: readonly object[] | null;
  readonly errnoRet?: number;
  readonly includes?: { readonly caps?: readonly string[]; readonly arches?: readonly string[] };
  readonly excludes?: { readonly caps?: readonly string[] };
}

/**
 * Podman's profile, for these capabilities, without what Docker's lacks.
 * @param refused more system calls that fail
 */
export function dockerFilter(granted: readonly string[], refused: readonly string[] = []): object {
  const profile: { readonly syscalls: readonly ProfileRule[] } = JSON.parse(
    readFileSync('/usr/share/containers/seccomp.json', 'utf8'),
  );
  const has = (names: readonly string[] = []) => names.every((name) => granted.includes(name));
  const applies = ({ includes, excludes }: ProfileRule) =>
    has(includes?.caps) && (excludes?.caps === undefined || !has(excludes.caps));
  const rules = profile.syscalls.filter(applies).flatMap(({ names, action, args, errnoRet }) => {
    const kept = names.filter((name) => !REFUSED_BY_DOCKER.has(name) && !refused.includes(name));
    if (kept.length === 0) return [];
    return [{ names: kept, action, ...(args && { args }), ...(errnoRet && { errnoRet }) }];
  });
  const flags = { index: 0, value: NEW_NAMESPACES, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' };
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 1,
    architectures:
      process.arch === 'arm64'
        ? ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM']
        : ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
    syscalls: [
      ...rules,
      { names: ['clone'], action: 'SCMP_ACT_ALLOW', args: [flags] },
      { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 },
    ],
  };
}
