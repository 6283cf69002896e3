/**
 * The devices of a container. Its /dev is a file system where device nodes have no effect: root of the container may make
 * nodes, and could open every disk of the machine with them. The usual devices are mounts of the machine's own.
 */
import type { OciDevice, OciSpec } from '../process/index.ts';
import { attach, type TreeSource } from './mount-calls.ts';
import type { Call } from './syscall-program.ts';
import { AT_FDCWD, cString } from './values.ts';

const USUAL = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];

const LINKS: readonly (readonly [string, string])[] = [
  ['/proc/self/fd', '/dev/fd'],
  ['/proc/self/fd/0', '/dev/stdin'],
  ['/proc/self/fd/1', '/dev/stdout'],
  ['/proc/self/fd/2', '/dev/stderr'],
  ['/proc/kcore', '/dev/core'],
  ['pts/ptmx', '/dev/ptmx'],
];

/**
 * Devices to open before the root changes.
 * @param nodeOf makes a node of a device that the specification adds, and returns its path
 */
export function deviceSources(
  { linux }: OciSpec,
  nodeOf: (device: OciDevice) => string,
): TreeSource[] {
  const added = (linux.devices ?? []).map((device) => source(device.path, nodeOf(device)));
  const usual = USUAL.map((name) => source(`/dev/${name}`, `/dev/${name}`));
  return [...usual.filter(({ key }) => !added.some((one) => one.key === key)), ...added];
}

function source(key: string, path: string): TreeSource {
  return {
    key,
    target: key,
    path,
    recursive: false,
    options: ['nosuid', 'noexec'],
    deepOptions: [],
  };
}

/** Fills /dev. */
export function deviceCalls(
  devices: readonly TreeSource[],
  trees: ReadonlyMap<string, number>,
): Call[] {
  return [
    ...devices.flatMap(({ key }) => {
      const fd = trees.get(key);
      return fd === undefined ? [] : [...attach.file(key), attach.tree(fd, key)];
    }),
    ...LINKS.map(
      ([target, path]): Call => ({
        name: 'symlinkat',
        args: [cString(target), AT_FDCWD, cString(path)],
      }),
    ),
  ];
}
