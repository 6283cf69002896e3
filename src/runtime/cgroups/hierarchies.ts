/**
 * The control group hierarchies of this machine, as the runner sees them. A machine has the unified hierarchy (cgroup
 * v2), one for each controller (v1), or both (hybrid), where the controllers belong to v1.
 *
 * The runner mounts the unified hierarchy at /sys/fs/cgroup in its own namespace, whatever the machine has there:
 * runtimes then make one directory instead of ten. Limits on a hybrid machine need the controllers: for them the
 * runtime starts in a namespace without that mount.
 */
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { MountFlag, mount } from '../../system/index.ts';
import { attempt } from './attempt.ts';
import type { Controller } from './oci-limits.ts';

export const HIERARCHY = '/sys/fs/cgroup';

export interface Hierarchies {
  /** Whether the unified hierarchy is at /sys/fs/cgroup and writable. */
  readonly unified: boolean;
  /** Controllers that the unified hierarchy has. */
  readonly controllers: ReadonlySet<string>;
  /** Directories of v1, by controller; if both exist, at a path of the runner's. */
  readonly legacy: ReadonlyMap<string, string>;
  /** Whether our own mount at /sys/fs/cgroup covers the v1 hierarchies. */
  readonly covered: boolean;
}

/** @param view an absent directory of the runner's, for a second view of the v1 hierarchies */
export function openHierarchies(view: string): Hierarchies {
  if (isUnified()) {
    const state = unifiedState();
    // In a container it may be read-only, which this mount namespace need not keep.
    const isOwn = !state.unified && attempt(makeWritable) !== false;
    return { ...(isOwn ? unifiedState() : state), legacy: new Map(), covered: false };
  }
  const before = legacyDirectories(HIERARCHY);
  if (before.size > 0) attempt(() => bind(view));
  // There is another hierarchy, or (in a container) a read-only one.
  const covered = attempt(mountUnified) !== false;
  if (!covered) return { unified: false, controllers: new Set(), legacy: before, covered };
  const legacy = legacyDirectories(view);
  return { ...unifiedState(), legacy, covered: legacy.size > 0 };
}

/** How limits with these controllers can be enforced. */
export function hierarchyFor(
  { unified, controllers, legacy, covered }: Hierarchies,
  needed: readonly Controller[],
):
  | { readonly kind: 'visible' | 'legacy' }
  | { readonly kind: 'missing'; readonly names: readonly Controller[] } {
  const lacking = (has: (name: Controller) => boolean) => needed.filter((name) => !has(name));
  const inUnified = lacking((name) => unified && controllers.has(name));
  if (inUnified.length === 0) return { kind: 'visible' };
  const inLegacy = lacking((name) => legacy.has(name));
  if (inLegacy.length === 0) return { kind: covered ? 'legacy' : 'visible' };
  return { kind: 'missing', names: legacy.size > 0 ? inLegacy : inUnified };
}

function mountUnified(): void {
  mount({ source: 'cgroup2', target: HIERARCHY, type: 'cgroup2' });
}

function makeWritable(): void {
  mount({ source: HIERARCHY, target: HIERARCHY, flags: MountFlag.bind | MountFlag.remount });
}

function bind(view: string): void {
  mkdirSync(view);
  mount({ source: HIERARCHY, target: view, flags: MountFlag.bind | MountFlag.recursive });
}

function isUnified(): boolean {
  return attempt(() => readFileSync(`${HIERARCHY}/cgroup.controllers`)) !== false;
}

function unifiedState(): Pick<Hierarchies, 'unified' | 'controllers'> {
  const text = attempt(() => readFileSync(`${HIERARCHY}/cgroup.controllers`, 'utf8'));
  const names = (text === false ? '' : text).split(/\s+/).filter((name) => name !== '');
  // A group that is there already says nothing about this mount.
  const unified =
    attempt(() => {
      mkdirSync(`${HIERARCHY}/lamina`, { recursive: true });
      accessSync(`${HIERARCHY}/lamina`, constants.W_OK);
    }) !== false;
  return { unified, controllers: new Set(names) };
}

/** A directory may belong to several controllers, `cpu,cpuacct`, with links for each. */
function legacyDirectories(view: string): Map<string, string> {
  const found = new Map<string, string>();
  const names = attempt(() => readdirSync(view));
  for (const name of names === false ? [] : names) {
    const directory = attempt(() => realpathSync(join(view, name)));
    if (directory === false) continue;
    const isHierarchy = attempt(() => readFileSync(`${directory}/cgroup.clone_children`)) !== false;
    if (!isHierarchy) continue;
    for (const controller of name.split(',')) found.set(controller, directory);
  }
  return found;
}
