/** The calls that mount what a specification lists. */
import type { OciMount } from '../process/index.ts';
import type { Call } from './syscall-program.ts';
import { AT_FDCWD, cString, MOUNT_ATTRIBUTES, MOUNT_FLAGS } from './values.ts';

/** A file or directory of this machine to attach somewhere in the container. */
export interface TreeSource {
  /** Another for each source. */
  readonly key: string;
  /** Where it will be attached. */
  readonly target: string;
  readonly path: string;
  readonly recursive: boolean;
  /** Of `MOUNT_ATTRIBUTES`, for the topmost mount. */
  readonly options: readonly string[];
  /** For this mount and all below it. */
  readonly deepOptions: readonly string[];
}

interface Around {
  readonly bundle: string;
  readonly isDirectory: (path: string) => boolean | undefined;
}

const OPEN_TREE_CLONE = 1;
const O_CLOEXEC = 0o2000000;
const AT_RECURSIVE = 0x8000;
const AT_EMPTY_PATH = 0x1000;
const MOVE_MOUNT_F_EMPTY_PATH = 4;
const ATTRIBUTE_BYTES = 32;
const S_IFREG = 0o100000;
const EMPTY = cString('');

/** The bind mounts of a specification. */
export function mountSources(mounts: readonly OciMount[], { bundle }: Around): TreeSource[] {
  return mounts.filter(isBind).map(({ source, destination, options }, index) => ({
    key: `bind ${index}`,
    target: destination,
    path: hostPath(source, bundle),
    recursive: options.includes('rbind'),
    options,
    deepOptions: [
      // A device of the machine, which a mounted directory may contain, is not for the container.
      ...(options.includes('dev') ? [] : ['nodev']),
      ...(options.includes('rro') ? ['ro'] : []),
    ],
  }));
}

/** Copies a mount before the root changes; `fd` is the descriptor that it gets. */
export function openTree(source: TreeSource, fd: number): Call[] {
  const label = `source:${source.target}`;
  const deep = source.recursive ? AT_RECURSIVE : 0;
  const flags = OPEN_TREE_CLONE | O_CLOEXEC | deep;
  return [
    { name: 'open_tree', args: [AT_FDCWD, cString(source.path), flags], label },
    ...setAttributes(fd, source.deepOptions, { flags: deep, label }),
    ...setAttributes(fd, source.options, { flags: 0, label }),
  ];
}

function setAttributes(
  fd: number,
  options: readonly string[],
  { flags, label }: { readonly flags: number; readonly label: string },
): Call[] {
  const bits = options.reduce((all, option) => all | (MOUNT_ATTRIBUTES[option] ?? 0), 0);
  if (bits === 0) return [];
  const attributes = { words: [bits, 0, 0, 0] };
  const args = [fd, EMPTY, AT_EMPTY_PATH | flags, attributes, ATTRIBUTE_BYTES];
  return [{ name: 'mount_setattr', args, label }];
}

/** The calls that mount the lines of the specification, in the new root, in order. */
export function mountCalls(
  mounts: readonly OciMount[],
  trees: ReadonlyMap<string, number>,
  around: Around,
): Call[] {
  let binds = 0;
  return mounts.flatMap((mount) => {
    const { destination: target } = mount;
    if (!isBind(mount)) return [...attach.directories(target), attach.fileSystem(mount)];
    const fd = trees.get(`bind ${binds}`);
    binds += 1;
    if (fd === undefined) throw new Error(`the source of ${target} is not open`);
    const isDirectory = around.isDirectory(hostPath(mount.source, around.bundle)) ?? false;
    const point = isDirectory ? attach.directories(target) : attach.file(target);
    return [...point, attach.tree(fd, target)];
  });
}

export const attach = {
  /** A mount point that is missing, with its parents: they may be in another mount. */
  directories: (target: string): Call[] =>
    prefixes(target).map((path) => ({
      name: 'mkdirat',
      args: [AT_FDCWD, cString(path), 0o755],
      onError: 'ignore',
    })),

  file: (target: string): Call[] => [
    ...attach.directories(parentOf(target)),
    {
      name: 'mknodat',
      args: [AT_FDCWD, cString(target), S_IFREG | 0o644, 0],
      onError: 'ignore',
    },
  ],

  /** Does not follow a link at the target. */
  tree: (fd: number, target: string): Call => ({
    name: 'move_mount',
    args: [fd, EMPTY, AT_FDCWD, cString(target), MOVE_MOUNT_F_EMPTY_PATH],
    label: `mount:${target}`,
  }),

  fileSystem: ({ source, destination, type, options }: OciMount): Call => {
    const data = options.filter((option) => MOUNT_FLAGS[option] === undefined && option !== 'rw');
    // Control groups of version 1 are mounted by their controllers: a container sees version 2.
    const actual = type === 'cgroup' ? 'cgroup2' : type;
    return {
      name: 'mount',
      args: [
        cString(source),
        cString(destination),
        cString(actual),
        flagsOf(options),
        cString(data.join(',')),
      ],
      label: `mount:${destination}`,
      // A kernel without it is no reason to run nothing.
      onError: type === 'cgroup' ? 'ignore' : 'fail',
    };
  },

  remount: (path: string, options: readonly string[]): Call => ({
    name: 'mount',
    args: [0, cString(path), 0, flagsOf([...options, 'remount', 'bind']), 0],
    label: `mount:${path}`,
  }),
};

function isBind({ type }: OciMount): boolean {
  return type === 'bind';
}

/** Relative sources start at the bundle, as the specification says. */
function hostPath(source: string, bundle: string): string {
  return source.startsWith('/') ? source : `${bundle}/${source}`;
}

function flagsOf(options: readonly string[]): number {
  return options.reduce((all, option) => all | (MOUNT_FLAGS[option] ?? 0), 0);
}

/** `/a/b` → `/a`, `/a/b` */
function prefixes(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
