/**
 * The control groups below which an ordinary user can make others. Of version 2 these are the group of this process and
 * those around it, as far as they belong to the user; the kernel moves processes only between groups below one that
 * does. Of version 1 they are the same, and `/lamina-UID`, where no process has to be.
 */
import { join } from 'node:path';
import { isWritable, readKernelFile } from '../../system/index.ts';
import type { Controller } from './oci-limits.ts';

/** What the kernel says about this process, and about files. */
export interface DelegationView {
  /** /proc/self/cgroup */
  readonly cgroup: string;
  /** /proc/self/mountinfo */
  readonly mountinfo: string;
  /** Of the user outside its namespace. */
  readonly uid: number;
  readonly read: (path: string) => string | undefined;
  readonly canWrite: (path: string) => boolean;
}

/** A group in which others can be made. */
export interface UnifiedPlace {
  readonly directory: string;
  readonly controllers: ReadonlySet<string>;
}

export interface Delegation {
  /** Of version 2, the nearest first. */
  readonly unified: readonly UnifiedPlace[];
  /** Directories of version 1, by controller. */
  readonly legacy: ReadonlyMap<string, string>;
}

/** Where the groups of a process are made. */
export type Place =
  | { readonly kind: 'unified'; readonly directory: string }
  | { readonly kind: 'legacy'; readonly directories: ReadonlyMap<string, string> };

/** One hierarchy: where it is mounted, and the group of this process. */
interface Hierarchy {
  readonly isUnified: boolean;
  readonly controllers: readonly string[];
  readonly mountPoint: string;
  /** Below the mount point; undefined: outside of what is mounted. */
  readonly own: string | undefined;
}

/** The groups around this process, and those that root made for its user. */
export function findDelegation(view: DelegationView): Delegation {
  const found = hierarchiesIn(view);
  const unified = found
    .filter(({ isUnified }) => isUnified)
    .flatMap((one) => ownAndOuter(one).flatMap((directory) => unifiedPlace(directory, view) ?? []));
  const legacy = found.filter(({ isUnified }) => !isUnified);
  const directories = legacy.flatMap((one) => {
    const candidates = [...ownAndOuter(one), join(one.mountPoint, `lamina-${view.uid}`)];
    const directory = candidates.find((path) => view.canWrite(path));
    return one.controllers.flatMap((name) => (directory ? [[name, directory] as const] : []));
  });
  return { unified, legacy: new Map(directories) };
}

/** The same below a group that was asked for: `--cgroup-parent`. */
export function findDelegationBelow(parent: string, view: DelegationView): Delegation {
  const found = hierarchiesIn(view);
  const unified = found
    .filter((one) => one.isUnified && isAround(one, parent, view))
    .flatMap(({ mountPoint }) => unifiedPlace(join(mountPoint, parent), view) ?? []);
  const directories = found.flatMap(({ isUnified, controllers, mountPoint }) => {
    const directory = join(mountPoint, parent);
    if (isUnified || !view.canWrite(directory)) return [];
    return controllers.map((name) => [name, directory] as const);
  });
  return { unified, legacy: new Map(directories) };
}

/** @returns undefined if no place has all of these controllers */
export function placeFor(
  { unified, legacy }: Delegation,
  needed: readonly Controller[],
): Place | undefined {
  const place = unified.find(({ controllers }) => needed.every((name) => controllers.has(name)));
  if (place !== undefined) return { kind: 'unified', directory: place.directory };
  if (legacy.size === 0 || needed.some((name) => !legacy.has(name))) return undefined;
  const isNeeded = (name: string) => needed.some((one) => one === name);
  // Without limits of its own, a process is under those of its parent.
  const directories = needed.length === 0 ? legacy : [...legacy].filter(([name]) => isNeeded(name));
  return { kind: 'legacy', directories: new Map(directories) };
}

/** The controllers that one place has, of the place that has most of those that were asked for. */
function delegatedControllers(
  { unified, legacy }: Delegation,
  asked: readonly string[],
): readonly string[] {
  const places = [...unified.map(({ controllers }) => controllers), new Set(legacy.keys())];
  const has = (place: ReadonlySet<string>) => asked.filter((name) => place.has(name));
  return places.map(has).reduce((most, one) => (one.length > most.length ? one : most), []);
}

/** The controllers of `--memory`, `--cpus` and `--pids-limit`. */
const USUAL = ['memory', 'cpu', 'pids'];

/** Those of `--memory`, `--cpus` and `--pids-limit` that no group of this user has. */
export function undelegatedControllers(view: DelegationView): readonly string[] {
  const delegated = delegatedControllers(findDelegation(view), USUAL);
  return USUAL.filter((name) => !delegated.includes(name));
}

/** What the kernel says about this process. */
export function readDelegationView(): DelegationView {
  return {
    cgroup: readKernelFile('/proc/self/cgroup') ?? '',
    mountinfo: readKernelFile('/proc/self/mountinfo') ?? '',
    uid: outerUid(process.geteuid?.() ?? 0, readKernelFile('/proc/self/uid_map') ?? ''),
    read: readKernelFile,
    canWrite: isWritable,
  };
}

/** `inside outside count` on each line. */
function outerUid(uid: number, map: string): number {
  for (const line of map.split('\n')) {
    const [inside = 0, outside = 0, count = 0] = line.trim().split(/\s+/).map(Number);
    if (uid >= inside && uid < inside + count) return outside + uid - inside;
  }
  return uid;
}

function hierarchiesIn({ cgroup, mountinfo }: DelegationView): readonly Hierarchy[] {
  const groups = cgroup.split('\n').flatMap((line) => {
    // Hierarchies with a name have no controllers.
    const [, names, path] = /^\d+:([^:=]*):(\/.*)$/.exec(line) ?? [];
    return names === undefined || path === undefined ? [] : [{ names, path }];
  });
  const mounts = mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root, mountPoint] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    if (root === undefined || mountPoint === undefined) return [];
    return type === 'cgroup' || type === 'cgroup2' ? [{ root, mountPoint, type, options }] : [];
  });
  return groups.flatMap(({ names, path }) => {
    const controllers = names === '' ? [] : names.split(',');
    const mount = mounts.find(({ type, options }) =>
      names === ''
        ? type === 'cgroup2'
        : type === 'cgroup' && controllers.every((name) => options.split(',').includes(name)),
    );
    if (mount === undefined) return [];
    const { root, mountPoint } = mount;
    return [{ isUnified: names === '', controllers, mountPoint, own: below(root, path) }];
  });
}

/** A container may show a part of the hierarchy, and the process may be elsewhere in it. */
function below(root: string, path: string): string | undefined {
  const prefix = root === '/' ? '' : root;
  if (path.startsWith('/..') || !`${path}/`.startsWith(`${prefix}/`)) return undefined;
  return path.slice(prefix.length) || '/';
}

/** The group of this process, and those around it. */
function ownAndOuter({ mountPoint, own }: Hierarchy): string[] {
  if (own === undefined) return [];
  const parts = own.split('/').filter((part) => part !== '');
  return [...parts.keys(), parts.length]
    .reverse()
    .map((count) => join(mountPoint, ...parts.slice(0, count)));
}

/**
 * A group with processes of its own gives no controllers to groups in it, unless it does already: only the root of the
 * machine's hierarchy has both.
 */
function unifiedPlace(directory: string, view: DelegationView): UnifiedPlace | undefined {
  const files = ['', 'cgroup.procs', 'cgroup.subtree_control'];
  if (!files.every((name) => view.canWrite(join(directory, name)))) return undefined;
  const words = (file: string) => view.read(join(directory, file))?.split(/\s+/).filter(Boolean);
  const isEmpty = words('cgroup.procs')?.length === 0;
  const file = isEmpty ? 'cgroup.controllers' : 'cgroup.subtree_control';
  return { directory, controllers: new Set(words(file)) };
}

/** Whether the kernel moves a process of this group below the other one. */
function isAround({ mountPoint, own }: Hierarchy, parent: string, view: DelegationView): boolean {
  if (own === undefined) return false;
  const mine = own.split('/').filter(Boolean);
  const other = parent.split('/').filter(Boolean);
  const shared = mine.findIndex((part, index) => part !== other[index]);
  const common = shared === -1 ? mine : mine.slice(0, shared);
  return view.canWrite(join(mountPoint, ...common, 'cgroup.procs'));
}
