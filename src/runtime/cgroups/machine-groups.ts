/**
 * Control groups of containers of root: `/lamina/<runner>/<number>/box`, or below the requested parent. The next runner removes
 * directories of killed ones.
 */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { AppError } from '../../errors.ts';
import { cleanPath } from '../../files/index.ts';
import { type Lock, tryLock } from '../../system/index.ts';
import type { OciLimits } from '../process/oci-types.ts';
import type { ResourceLimits } from '../process/resource-limits.ts';
import { attempt } from './attempt.ts';
import type { Cgroup, CgroupRequest, Cgroups } from './cgroup.ts';
import { makeLegacyGroups, makeUnifiedGroup } from './group-limits.ts';
import { HIERARCHY, type Hierarchies, hierarchyFor, openHierarchies } from './hierarchies.ts';
import { type Controller, controllersFor, ociLimits } from './oci-limits.ts';
import { machineOomKills, oomKillsIn, ranOutOfMemory } from './oom-kills.ts';
import { randomName } from './random-name.ts';
import { hasSwap } from './swap.ts';

const OWN_PARENT = 'lamina';
/** Locks that show which runners are alive; the kernel drops them with the runner. */
const LOCKS = '/run/lamina';
/**
 * Shows the runtime the hierarchies below the runner's own mount. The unified one is hidden: crun refuses machines that
 * have both.
 */
const UNCOVER = `umount ${HIERARCHY} && { umount ${HIERARCHY}/unified 2>/dev/null; exec "$@"; }`;
const UNCOVERED = [
  ...['unshare', '--mount', '--propagation', 'private', '--'],
  ...['/bin/sh', '-c', UNCOVER, 'sh'],
];

/** The groups of one runner. */
export class MachineGroups implements Cgroups {
  readonly #name = randomName();
  readonly #lock: Lock | undefined;
  readonly #hierarchies: Hierarchies;
  /** Parents that contain groups of this runner. */
  readonly #parents = new Set([OWN_PARENT]);
  readonly #avoidsUnified: boolean;

  /**
   * @param directory an absent directory of the runner's
   * @param avoidsUnified the runtime cannot filter devices with the unified hierarchy: it gets the others if there are any
   */
  constructor(directory: string, { avoidsUnified }: { readonly avoidsUnified: boolean }) {
    this.#avoidsUnified = avoidsUnified;
    this.#hierarchies = openHierarchies(directory);
    this.#lock = claim(this.#name);
    if (this.#lock) this.#sweepDeadRunners();
  }

  open({ id, limits, parent }: CgroupRequest): Cgroup {
    const inside = parent === undefined ? OWN_PARENT : cleanPath(parent);
    const path = inside === '' ? this.#name : `${inside}/${this.#name}`;
    if (!this.#parents.has(inside)) {
      this.#parents.add(inside);
      // For the runner that cleans up after this one was killed.
      const lock = this.#lock;
      if (lock) attempt(() => writeFileSync(lock.path, [...this.#parents].join('\n')));
    }
    // A parent may limit its children, by controllers of its own.
    const hasParent = parent !== undefined;
    const needsLegacy = (hasParent || this.#avoidsUnified) && this.#hierarchies.covered;
    return new MachineGroup(`${path}/${id}`, { limits, hasParent, needsLegacy }, this.#hierarchies);
  }

  close(): void {
    this.#removeGroupsOf(this.#name, [...this.#parents]);
    if (!this.#lock) return;
    rmSync(this.#lock.path, { force: true });
    this.#lock.release();
  }

  #sweepDeadRunners(): void {
    const { legacy } = this.#hierarchies;
    const groups = [HIERARCHY, ...legacy.values()].flatMap((hierarchy) =>
      listDirectories(`${hierarchy}/${OWN_PARENT}`),
    );
    for (const name of new Set([...readdirSync(LOCKS), ...groups])) {
      const lock = attempt(() => tryLock(`${LOCKS}/${name}`, 'exclusive'));
      if (!lock) continue;
      const parents = attempt(() => readFileSync(lock.path, 'utf8')) || OWN_PARENT;
      this.#removeGroupsOf(name, parents.split('\n'));
      rmSync(lock.path, { force: true });
      lock.release();
    }
  }

  #removeGroupsOf(runner: string, parents: readonly string[]): void {
    for (const parent of parents) {
      removeEverywhere(this.#hierarchies, parent === '' ? runner : `${parent}/${runner}`);
    }
  }
}

interface MachineGroupOptions {
  readonly limits: ResourceLimits;
  /** A parent was asked for, which may have limits of any kind. */
  readonly hasParent: boolean;
  readonly needsLegacy: boolean;
}

/** The group around one container: it outlives the group that the runtime makes and removes inside. */
class MachineGroup implements Cgroup {
  readonly runtimePath: string;
  readonly limits: OciLimits;
  readonly launcher: readonly string[];
  readonly #path: string;
  readonly #hierarchies: Hierarchies;
  /** The hierarchies of version 1 in which a process that starts without a runtime gets a group. */
  readonly #legacy: ReadonlyMap<string, string>;
  readonly #oomKillsBefore: number;

  constructor(
    path: string,
    { limits, hasParent, needsLegacy }: MachineGroupOptions,
    hierarchies: Hierarchies,
  ) {
    const controllers = controllersFor(limits);
    const needed: readonly string[] = controllers;
    const where = hierarchyFor(hierarchies, controllers);
    if (where.kind === 'missing') throw missingControllers(where.names);
    this.#path = path;
    this.#hierarchies = hierarchies;
    this.#legacy = new Map(
      [...hierarchies.legacy].filter(([name]) => hasParent || needed.includes(name)),
    );
    this.runtimePath = `/${path}/box`;
    this.launcher = needsLegacy || where.kind === 'legacy' ? UNCOVERED : [];
    this.limits = ociLimits(limits, hasSwap(hierarchies.legacy.get('memory')));
    this.#oomKillsBefore = machineOomKills();
    // A read-only hierarchy: the runtime reports it better.
    if (hierarchies.unified) {
      attempt(() => mkdirSync(`${HIERARCHY}/${path}`, { recursive: true }));
    }
  }

  makeOwn(): readonly string[] {
    const { unified } = this.#hierarchies;
    const inLegacy = this.launcher.length > 0;
    const limits = inLegacy ? {} : this.limits;
    return [
      ...(unified ? [makeUnifiedGroup(HIERARCHY, this.runtimePath, limits)] : []),
      ...(inLegacy || !unified
        ? makeLegacyGroups(this.#legacy, this.runtimePath, this.limits)
        : []),
    ];
  }

  kill(): void {
    const file = `${HIERARCHY}/${this.#path}/cgroup.kill`;
    attempt(() => writeFileSync(file, '1', { flag: 'r+' }));
  }

  oomKilled(exitCode: number): boolean {
    const legacy = this.#hierarchies.legacy.get('memory') ?? HIERARCHY;
    const own =
      oomKillsIn(`${HIERARCHY}/${this.#path}`) ?? oomKillsIn(`${legacy}${this.runtimePath}`);
    return ranOutOfMemory(own, { exitCode, machineBefore: this.#oomKillsBefore });
  }

  remove(): void {
    const onlyUnified = this.#hierarchies.unified && this.launcher.length === 0;
    if (onlyUnified) removeGroups(`${HIERARCHY}/${this.#path}`);
    else removeEverywhere(this.#hierarchies, this.#path);
  }
}

function missingControllers(names: readonly Controller[]): AppError {
  const plural = names.length === 1 ? '' : 's';
  return new AppError(
    'RUNTIME_LIMITS',
    `this machine has no control group controller${plural} for ${names.join(' and ')}`,
    { hint: 'remove the limits, or enable the controllers (cgroup_enable=… for the kernel)' },
  );
}

function claim(name: string): Lock | undefined {
  const lock = attempt(() => {
    mkdirSync(LOCKS, { recursive: true, mode: 0o700 });
    return tryLock(`${LOCKS}/${name}`, 'exclusive');
  });
  return lock === false ? undefined : lock;
}

function removeEverywhere({ legacy }: Hierarchies, path: string): void {
  for (const hierarchy of new Set([HIERARCHY, ...legacy.values()])) {
    removeGroups(`${hierarchy}/${path}`);
  }
}

/** Removes a group and its children, as far as they are empty. */
function removeGroups(directory: string): void {
  for (const name of listDirectories(directory)) removeGroups(`${directory}/${name}`);
  attempt(() => rmdirSync(directory));
}

function listDirectories(directory: string): string[] {
  const entries = attempt(() => readdirSync(directory, { withFileTypes: true })) || [];
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
