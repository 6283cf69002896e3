/** Writes limits into control groups, as an OCI runtime does. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { AppError } from '../../errors.ts';
import type { OciLimits } from '../process/oci-types.ts';
import { attempt } from './attempt.ts';
import type { Controller } from './oci-limits.ts';

/** A file of a group, and what is written there. */
interface Setting {
  readonly controller: Controller;
  readonly file: string;
  readonly value: string;
}

const DEFAULT_PERIOD = 100_000;

/**
 * Makes a group of the unified hierarchy.
 * @param root of the hierarchy
 * @param path of the group, absolute below it
 * @returns the file that takes processes into the group
 * @throws AppError RUNTIME_LIMITS
 */
export function makeUnifiedGroup(root: string, path: string, limits: OciLimits): string {
  const settings = unifiedSettings(limits);
  const controllers = new Set(settings.map(({ controller }) => controller));
  let directory = root;
  for (const name of path.split('/').filter((part) => part !== '')) {
    for (const controller of controllers) {
      attempt(() => writeFileSync(`${directory}/cgroup.subtree_control`, `+${controller}`));
    }
    directory += `/${name}`;
    attempt(() => mkdirSync(directory));
  }
  write(directory, settings);
  return `${directory}/cgroup.procs`;
}

/**
 * Makes a group in each of these hierarchies of version 1.
 * @param hierarchies directories, by controller; several controllers may have the same
 * @returns the files that take processes into the groups
 * @throws AppError RUNTIME_LIMITS
 */
export function makeLegacyGroups(
  hierarchies: ReadonlyMap<string, string>,
  path: string,
  limits: OciLimits,
): readonly string[] {
  const settings = legacySettings(limits);
  const files = [...hierarchies].map(([controller, root]) => {
    let directory = root;
    for (const name of path.split('/').filter((part) => part !== '')) {
      const parent = directory;
      directory += `/${name}`;
      attempt(() => mkdirSync(directory));
      if (controller === 'cpuset') inheritCpuset(parent, directory);
    }
    write(
      directory,
      settings.filter((setting) => setting.controller === controller),
    );
    return `${directory}/cgroup.procs`;
  });
  return [...new Set(files)];
}

/** A new group may use no processor until it is told. */
function inheritCpuset(parent: string, directory: string): void {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    attempt(() => {
      if (readFileSync(`${directory}/${file}`, 'utf8').trim() !== '') return;
      writeFileSync(`${directory}/${file}`, readFileSync(`${parent}/${file}`));
    });
  }
}

function write(directory: string, settings: readonly Setting[]): void {
  for (const { file, value } of settings) {
    try {
      writeFileSync(`${directory}/${file}`, value, { flag: 'r+' });
    } catch (cause) {
      throw refused(file, cause);
    }
  }
}

function refused(file: string, cause: unknown): AppError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  const message = `this machine rejects the limit ${file}: ${code}`;
  return new AppError('RUNTIME_LIMITS', message, {
    hint:
      code === 'ENOENT'
        ? 'the controller is not enabled for the control group of lamina; inside a container, start that container with --privileged --cgroupns=host'
        : 'choose another value',
    cause,
  });
}

function unifiedSettings({ memory = {}, cpu = {}, pids }: OciLimits): Setting[] {
  const { limit, swap, reservation } = memory;
  const { shares, quota, period, cpus, mems } = cpu;
  const extra = swap === undefined || limit === undefined ? swap : Math.max(0, swap - limit);
  const hasTime = quota !== undefined || period !== undefined;
  return settings([
    ['memory', 'memory.max', limit],
    ['memory', 'memory.swap.max', swap === -1 ? 'max' : extra],
    ['memory', 'memory.low', reservation],
    ['cpu', 'cpu.weight', shares === undefined ? undefined : weight(shares)],
    ['cpu', 'cpu.max', hasTime ? `${quota ?? 'max'} ${period ?? DEFAULT_PERIOD}` : undefined],
    ['cpuset', 'cpuset.cpus', cpus],
    ['cpuset', 'cpuset.mems', mems],
    ['pids', 'pids.max', pids?.limit === -1 ? 'max' : pids?.limit],
  ]);
}

function legacySettings({ memory = {}, cpu = {}, pids }: OciLimits): Setting[] {
  return settings([
    ['memory', 'memory.limit_in_bytes', memory.limit],
    ['memory', 'memory.memsw.limit_in_bytes', memory.swap],
    ['memory', 'memory.soft_limit_in_bytes', memory.reservation],
    ['cpu', 'cpu.shares', cpu.shares],
    ['cpu', 'cpu.cfs_period_us', cpu.period],
    ['cpu', 'cpu.cfs_quota_us', cpu.quota],
    ['cpuset', 'cpuset.cpus', cpu.cpus],
    ['cpuset', 'cpuset.mems', cpu.mems],
    ['pids', 'pids.max', pids?.limit === -1 ? 'max' : pids?.limit],
  ]);
}

function settings(
  all: readonly (readonly [Controller, string, string | number | undefined])[],
): Setting[] {
  return all.flatMap(([controller, file, value]) =>
    value === undefined ? [] : [{ controller, file, value: String(value) }],
  );
}

/** The scale of version 2, 1 to 10000, for shares of version 1, 2 to 262144. */
function weight(shares: number): number {
  return 1 + Math.floor(((Math.max(2, shares) - 2) * 9999) / 262_142);
}
