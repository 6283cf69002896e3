/** Paths of a container that cannot be mount points: they belong to the runtime or to the kernel. */
import type { BytePath } from '../../files/index.ts';
import { COVERED_DIRECTORIES } from './container-view.ts';

/** Files of /proc that monitoring tools replace, as LXCFS does. Runtimes allow no other mount there. */
const REPLACEABLE_PROC = new Set([
  'cpuinfo',
  'diskstats',
  'loadavg',
  'meminfo',
  'slabinfo',
  'stat',
  'swaps',
  'uptime',
]);

/** Links and nodes that the runtime makes, opens or mounts itself while it sets up a container. */
const RUNTIME_DEVICES = new Set([
  'console',
  'core',
  'fd',
  'null',
  'ptmx',
  'pts',
  'stderr',
  'stdin',
  'stdout',
]);

/** Plain devices: a file may replace one. */
const REPLACEABLE_DEVICES = new Set(['full', 'random', 'tty', 'urandom', 'zero']);

/**
 * @param path resolved, in the container
 * @returns why nothing may be mounted there; undefined if it may
 */
export function reservedTarget(path: BytePath, kind: 'file' | 'directory'): string | undefined {
  if (path === '') return 'nothing can be mounted over the root directory';
  if (COVERED_DIRECTORIES.includes(path)) return `every container has its own /${path}`;
  const [top = '', name = '', ...deeper] = path.split('/');
  if (top === 'proc') {
    const replaceable = kind === 'file' && deeper.length === 0 && REPLACEABLE_PROC.has(name);
    return replaceable ? undefined : 'the kernel provides the files in /proc';
  }
  if (top !== 'dev') return undefined;
  const device = kind === 'file' && deeper.length === 0;
  if (RUNTIME_DEVICES.has(name) || (REPLACEABLE_DEVICES.has(name) && !device)) {
    return `every container has its own /dev/${name}`;
  }
  return undefined;
}
