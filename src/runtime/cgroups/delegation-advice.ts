/** How an ordinary user gets control groups. */
import { existsSync } from 'node:fs';
import { isInUserNamespace, isRoot } from '../../system/index.ts';
import { type DelegationView, readDelegationView, undelegatedControllers } from './delegation.ts';

/** What the advice depends on. */
export interface DelegationMachine {
  /** Of the user. */
  readonly uid: number;
  /** Whether cgroup v2 alone is at /sys/fs/cgroup. */
  readonly isUnified: boolean;
  /** Whether systemd runs services of this user. */
  readonly hasManager: boolean;
}

/** What the groups are for. */
export interface DelegationNeed {
  readonly controllers: readonly string[];
  /** The group that was asked for, without a slash at its beginning. */
  readonly parent?: string | undefined;
}

/** Characters that mean nothing to a shell. */
const PLAIN = /^[\w./@:+-]+$/;

/** @returns a command; undefined if the group that was asked for has a name that no command should have */
export function adviseDelegation(
  { uid, isUnified, hasManager }: DelegationMachine,
  { controllers, parent }: DelegationNeed,
): string | undefined {
  const name = parent ?? `lamina-${uid}`;
  if (!PLAIN.test(name)) return undefined;
  const all = [...new Set(['memory', 'cpu', 'pids', ...controllers])];
  if (!isUnified) return legacyCommand(all, { name, uid });
  if (hasManager && parent === undefined) {
    return 'start lamina with `systemd-run --user --scope lamina …`';
  }
  const files = ['', '/cgroup.procs', '/cgroup.subtree_control', '/shell', '/shell/cgroup.procs'];
  return `sudo sh -c "${[
    'cd /sys/fs/cgroup',
    `echo ${all.map((one) => `+${one}`).join(' ')} > cgroup.subtree_control`,
    `mkdir -p ${name}/shell`,
    `chown ${uid} ${files.map((file) => name + file).join(' ')}`,
    // The shell that starts lamina afterwards.
    `echo $$ > ${name}/shell/cgroup.procs`,
  ].join(' && ')}"`;
}

function legacyCommand(
  controllers: readonly string[],
  { name, uid }: { readonly name: string; readonly uid: number },
): string {
  const make = `for c in ${controllers.join(' ')}; do mkdir -p $c/${name} && chown ${uid} $c/${name}; done`;
  // A new group has no processors.
  const fill = `for f in cpus mems; do cat cpuset/cpuset.$f > cpuset/${name}/cpuset.$f; done`;
  const all = ['cd /sys/fs/cgroup', make, ...(controllers.includes('cpuset') ? [fill] : [])];
  return `sudo sh -c '${all.join('; ')}'`;
}

/** The advice for this machine. */
export function delegationAdvice(
  { uid, read }: DelegationView,
  need: DelegationNeed,
): string | undefined {
  const isUnified = read('/sys/fs/cgroup/cgroup.controllers') !== undefined;
  const hasManager = existsSync(`/run/user/${uid}/systemd`);
  return adviseDelegation({ uid, isUnified, hasManager }, need);
}

export interface DelegationReport {
  /** Controllers of the usual limits that no group of this user has. */
  readonly missing: readonly string[];
  /** A command that mends it. */
  readonly advice: string | undefined;
}

/**
 * Whether limits work for this user, and what makes them work.
 * @returns undefined for root of the machine, who needs no groups of its own
 */
export function reportDelegation(): DelegationReport | undefined {
  if (isRoot() && !isInUserNamespace()) return undefined;
  const view = readDelegationView();
  const missing = undelegatedControllers(view);
  return { missing, advice: delegationAdvice(view, { controllers: missing }) };
}
