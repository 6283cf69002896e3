/** Translates a request of a build step or `lamina run` into one for the runner. */
import { AppError, inPart } from '../../errors.ts';
import { type FileTree, pathParts, toBytes } from '../../files/index.ts';
import { EMULATOR_PATH, emulatedArguments } from '../emulation/index.ts';
import { ContainerView } from './container-view.ts';
import {
  directoryStub,
  type MountTarget,
  mountStubs,
  withDirectories,
  withLowerFiles,
} from './mount-stubs.ts';
import { resolveUser } from './resolve-user.ts';
import type { ResourceLimits } from './resource-limits.ts';
import {
  DEFAULT_HOSTNAME,
  DEFAULT_SHM_SIZE,
  DEFAULT_UMASK,
  type ExtraHost,
  type LowerDirectory,
  type LowerFile,
  type ProcessDevice,
  type ProcessMount,
  type ProcessSpec,
  type Ulimit,
} from './spec.ts';
import { missingDirectories } from './working-directory.ts';

type Tmpfs = Extract<ProcessMount, { kind: 'tmpfs' }>;
type WantedTmpfs = Omit<Tmpfs, 'mode'> & {
  /** Undefined: that of the directory it covers. */
  readonly mode?: number | undefined;
};

/** A requested mount: the target is an absolute path in the container as the user wrote it. */
export type WantedMount = (Exclude<ProcessMount, Tmpfs> | WantedTmpfs) & {
  /** The mounted type; a directory by default if the kind allows both. */
  readonly targetKind?: 'file' | 'directory' | undefined;
};

const MAX_HOSTNAME = 64;
/** Path of the first process's program inside the container. */
const INIT_PATH = '/dev/.lamina-init';

export interface ProcessRequest {
  readonly lowers: readonly LowerDirectory[];
  readonly upper?: string | undefined;
  readonly args: readonly string[];
  /** Host path of a static emulator that runs the program; undefined: it runs as it is. */
  readonly emulator?: string | undefined;
  /** `NAME=value`. HOME is added from the image's /etc/passwd if it is missing. */
  readonly env: readonly string[];
  /** Absolute, as text. */
  readonly cwd: string;
  /** As in USER: `[user][:group]`. */
  readonly user: string;
  readonly mounts?: readonly WantedMount[] | undefined;
  /** Files that replace the image's own; their paths are resolved. */
  readonly lowerFiles?: readonly LowerFile[] | undefined;
  readonly hostname?: string | undefined;
  readonly network?: ProcessSpec['network'] | undefined;
  /** For a private network. */
  readonly ports?: ProcessSpec['ports'] | undefined;
  readonly security?: 'sandbox' | 'insecure' | undefined;
  readonly extraHosts?: readonly ExtraHost[] | undefined;
  readonly terminal?: boolean | undefined;
  readonly shmSize?: number | undefined;
  readonly ulimits?: readonly Ulimit[] | undefined;
  readonly umask?: number | undefined;
  readonly limits?: ResourceLimits | undefined;
  readonly cgroupParent?: string | undefined;
  /** See `capabilityName`. */
  readonly addedCapabilities?: readonly string[] | undefined;
  readonly droppedCapabilities?: readonly string[] | undefined;
  readonly devices?: readonly ProcessDevice[] | undefined;
  /** More groups of the user, as names or numbers. */
  readonly groups?: readonly string[] | undefined;
  /** Host path of a static init program that becomes process 1 and starts the command. */
  readonly init?: string | undefined;
  /** As in `docker run`: /etc/hostname too, and the generated files are writable. */
  readonly container?: boolean | undefined;
}

/**
 * Resolves user, working directory and mount targets in the image.
 * @param tree the merged tree of `lowers`
 * @throws AppError USER_UNKNOWN, GROUP_UNKNOWN, USER_INVALID, USER_FILE_INVALID, RUNTIME_MOUNT_TARGET, RUNTIME_WORKDIR,
 *   RUNTIME_HOSTNAME
 */
export function prepareProcess(request: ProcessRequest, tree: FileTree): ProcessSpec {
  const { home, ...user } = inPart('user', () => resolveUser(request.user, tree, request.groups));
  const container = request.container ?? false;
  // Outer mounts first: they hide the image's directories at inner targets.
  const asked = [...(request.mounts ?? []), ...programMounts(request)].sort(byDepth);
  const generated = ['/etc/hosts', '/etc/resolv.conf'].map(generatedFile);
  if (container) generated.push(generatedFile('/etc/hostname'));
  const view = new ContainerView(tree);
  const { stubs, resolved } = mountStubs(tree, [...generated, ...asked.map(wantedTarget)], view);
  const [hostsTarget, resolvTarget, hostnameTarget] = resolved;
  const mounts = asked.map(({ targetKind: _, ...mount }, index) => {
    const target = resolved[generated.length + index] ?? mount.target;
    return mount.kind === 'tmpfs'
      ? { ...mount, target, mode: mount.mode ?? modeBelow(tree, target) }
      : { ...mount, target };
  });
  const missing = missingDirectories(view, request.cwd);
  const madeBelow = request.upper === undefined ? missing : [];
  return {
    lowers: request.lowers,
    upper: request.upper,
    args: argumentsOf(request, tree),
    env: withHome(request.env, home),
    cwd: request.cwd,
    newDirectories: request.upper === undefined ? [] : missing,
    user,
    hostname: checkedHostname(request.hostname ?? DEFAULT_HOSTNAME),
    network: request.network ?? 'host',
    ports: request.ports ?? [],
    security: request.security ?? 'sandbox',
    extraHosts: request.extraHosts ?? [],
    mounts: mounts.sort(byDepth),
    hostsTarget,
    resolvTarget,
    hostnameTarget: container ? hostnameTarget : undefined,
    writableHosts: container,
    root: directoryStub(tree, ''),
    stubs: withDirectories(withLowerFiles(stubs, tree, request.lowerFiles ?? []), {
      directories: madeBelow,
      tree,
      owner: user,
    }),
    terminal: request.terminal ?? false,
    // As with Docker, 0 means the default.
    shmSize: request.shmSize || DEFAULT_SHM_SIZE,
    ulimits: request.ulimits ?? [],
    umask: request.umask ?? DEFAULT_UMASK,
    limits: request.limits ?? {},
    cgroupParent: request.cgroupParent,
    addedCapabilities: request.addedCapabilities ?? [],
    droppedCapabilities: request.droppedCapabilities ?? [],
    devices: request.devices ?? [],
  };
}

/** The kernel refuses longer ones; a space or a line end would add lines to /etc/hosts. */
function checkedHostname(name: string): string {
  const isUsable = Buffer.byteLength(name) <= MAX_HOSTNAME && /^[^\s/\x00-\x1f\x7f]+$/.test(name);
  if (isUsable) return name;
  throw new AppError('RUNTIME_HOSTNAME', `invalid host name: ${JSON.stringify(name)}`, {
    expected: `at most ${MAX_HOSTNAME} bytes without spaces`,
  });
}

function argumentsOf({ args, env, emulator, init }: ProcessRequest, tree: FileTree) {
  const command = emulator === undefined ? args : emulatedArguments(args, env, tree);
  return init === undefined ? command : [INIT_PATH, '--', ...command];
}

/** Programs of this machine that the process needs. */
function programMounts({ emulator, init }: ProcessRequest): readonly WantedMount[] {
  const programs = [
    { program: emulator, target: EMULATOR_PATH },
    { program: init, target: INIT_PATH },
  ];
  return programs.flatMap(({ program, target }) => {
    if (program === undefined) return [];
    const source = Buffer.from(program).toString('latin1');
    return [{ kind: 'bind', source, target, readonly: true, targetKind: 'file' }] as const;
  });
}

function generatedFile(path: string): MountTarget {
  return { path, kind: 'file', generated: true };
}

function wantedTarget({ kind, target, targetKind }: WantedMount): MountTarget {
  return { path: toBytes(target), kind: kind === 'file' ? 'file' : (targetKind ?? 'directory') };
}

/** A tmpfs looks like the directory it covers; if there is none, it is writable for everybody. */
function modeBelow(tree: FileTree, target: string): number {
  return tree.lookup(target.slice(1))?.mode ?? 0o1777;
}

/** Runtimes would add it too, each in its own way. */
function withHome(env: readonly string[], home: string): readonly string[] {
  return env.some((line) => line.startsWith('HOME=')) ? env : [...env, `HOME=${home}`];
}

function byDepth(a: { readonly target: string }, b: { readonly target: string }): number {
  return pathParts(a.target).length - pathParts(b.target).length;
}
