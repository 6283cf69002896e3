/**
 * Control groups of containers of an ordinary user: `lamina/<runner>/<number>` in a group that is the user's. The next
 * runner removes those of killed ones.
 */
import { mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../../errors.ts';
import { cleanPath } from '../../files/index.ts';
import { type Lock, tryLock } from '../../system/index.ts';
import { attempt } from './attempt.ts';
import type { Cgroup, CgroupRequest, Cgroups } from './cgroup.ts';
import {
  type DelegationView,
  findDelegation,
  findDelegationBelow,
  type Place,
  placeFor,
  readDelegationView,
} from './delegation.ts';
import { delegationAdvice } from './delegation-advice.ts';
import { makeLegacyGroups, makeUnifiedGroup } from './group-limits.ts';
import { type Controller, controllersFor, ociLimits } from './oci-limits.ts';
import { machineOomKills, oomKillsIn, ranOutOfMemory } from './oom-kills.ts';
import { randomName } from './random-name.ts';
import { hasSwap } from './swap.ts';

/** Another runner may remove a group that is new and not locked yet. */
const ATTEMPTS = 20;

export class DelegatedGroups implements Cgroups {
  readonly #name = randomName();
  readonly #view: DelegationView;
  /** By the directory of this runner's groups. */
  readonly #locks = new Map<string, Lock>();

  constructor(view: DelegationView = readDelegationView()) {
    this.#view = view;
  }

  open({ id, limits, parent }: CgroupRequest): Cgroup {
    const needed = controllersFor(limits);
    const machineBefore = machineOomKills();
    const withoutGroup: Cgroup = {
      ...{ runtimePath: '/', limits: {}, launcher: [] },
      makeOwn: () => [],
      kill: () => {},
      oomKilled: (exitCode) => ranOutOfMemory(undefined, { exitCode, machineBefore }),
      remove: () => {},
    };
    // It stays in the group of lamina.
    if (needed.length === 0 && parent === undefined) return withoutGroup;
    const place = this.#place(needed, parent);
    const isUnified = place.kind === 'unified';
    const roots = isUnified ? [place.directory] : [...place.directories.values()];
    for (const root of roots) this.#claim(root);
    const path = `/lamina/${this.#name}/${id}`;
    const groups = roots.map((root) => `${root}${path}`);
    const memory = isUnified ? undefined : place.directories.get('memory');
    const own = ociLimits(limits, hasSwap(memory));
    return {
      ...withoutGroup,
      limits: own,
      makeOwn: () =>
        isUnified
          ? [makeUnifiedGroup(place.directory, path, own)]
          : makeLegacyGroups(place.directories, path, own),
      oomKilled: (exitCode) => {
        const kills = groups.map(oomKillsIn).find((count) => count !== undefined);
        return ranOutOfMemory(kills, { exitCode, machineBefore });
      },
      remove: () => {
        for (const group of groups) attempt(() => rmdirSync(group));
      },
    };
  }

  close(): void {
    for (const [directory, lock] of this.#locks) {
      removeGroups(directory);
      lock.release();
      attempt(() => rmdirSync(dirname(directory)));
    }
    this.#locks.clear();
  }

  #place(needed: readonly Controller[], parent: string | undefined): Place {
    const delegation =
      parent === undefined
        ? findDelegation(this.#view)
        : findDelegationBelow(cleanPath(parent), this.#view);
    const place = placeFor(delegation, needed);
    if (place === undefined) throw notDelegated(needed, parent, this.#view);
    return place;
  }

  /** Makes the directory of this runner's groups, once, and shows that its runner lives. */
  #claim(root: string): void {
    const all = `${root}/lamina`;
    const directory = `${all}/${this.#name}`;
    if (this.#locks.has(directory)) return;
    for (let left = ATTEMPTS; left > 0; left -= 1) {
      attempt(() => mkdirSync(directory, { recursive: true }));
      const lock = lockOf(directory);
      if (lock === undefined) continue;
      this.#locks.set(directory, lock);
      break;
    }
    for (const name of attempt(() => readdirSync(all, { withFileTypes: true })) || []) {
      if (name.isDirectory() && name.name !== this.#name) sweep(`${all}/${name.name}`);
    }
  }
}

function lockOf(directory: string): Lock | undefined {
  return attempt(() => tryLock(`${directory}/cgroup.procs`, 'exclusive')) || undefined;
}

/** Removes what a runner that was killed has left. */
function sweep(directory: string): void {
  const lock = lockOf(directory);
  if (lock === undefined) return;
  removeGroups(directory);
  lock.release();
}

function removeGroups(directory: string): void {
  for (const entry of attempt(() => readdirSync(directory, { withFileTypes: true })) || []) {
    if (entry.isDirectory()) attempt(() => rmdirSync(`${directory}/${entry.name}`));
  }
  attempt(() => rmdirSync(directory));
}

function notDelegated(
  controllers: readonly Controller[],
  parent: string | undefined,
  view: DelegationView,
): AppError {
  const which = parent === undefined ? '' : ` below '${parent}'`;
  const what = controllers.length === 0 ? 'belongs to' : `can limit ${controllers.join(', ')} for`;
  const need = { controllers, parent: parent === undefined ? undefined : cleanPath(parent) };
  return new AppError('RUNTIME_LIMITS', `no control group${which} ${what} this user`, {
    hint: delegationAdvice(view, need) ?? 'give the group to this user',
  });
}
