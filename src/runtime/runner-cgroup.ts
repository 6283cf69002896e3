/**
 * Control groups of containers: `/lamina/<runner>/<number>/box`. The runner sees the unified hierarchy at
 * /sys/fs/cgroup, whatever the machine has there: it mounts it in its own namespace, since both runtimes know it
 * best and one directory is made in the place of ten. Directories of killed runners are swept by the next one.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { type Lock, mount, tryLock } from '../system/index.ts';

const HIERARCHY = '/sys/fs/cgroup';
const PARENT = `${HIERARCHY}/lamina`;
/** Locks that say which runners live; the kernel drops them with the runner. */
const LOCKS = '/run/lamina';

/** The groups of one runner. */
export class CgroupRoot {
  readonly #name = randomBytes(8).toString('hex');
  readonly #lock: Lock | undefined;
  /** False on machines without the unified hierarchy: then all is left to the runtime. */
  readonly #unified: boolean;

  constructor() {
    this.#unified = hasUnifiedHierarchy();
    this.#lock = this.#unified ? claim(this.#name) : undefined;
    if (this.#lock) sweepDeadRunners();
  }

  /** Makes the group of one container. */
  open(id: number): Cgroup {
    return new Cgroup(`lamina/${this.#name}/${id}`, this.#unified);
  }

  /** Removes what no process is in any more. */
  close(): void {
    removeGroups(`${PARENT}/${this.#name}`);
    if (!this.#lock) return;
    rmSync(this.#lock.path, { force: true });
    this.#lock.release();
  }
}

/** The group around one container: it outlives the one that the runtime makes and removes in it. */
export class Cgroup {
  /** For the specification. */
  readonly runtimePath: string;
  readonly #directory: string;
  readonly #oomKillsBefore: number;

  constructor(path: string, unified: boolean) {
    this.#directory = `${HIERARCHY}/${path}`;
    this.runtimePath = `/${path}/box`;
    this.#oomKillsBefore = machineOomKills();
    // A read-only hierarchy: the runtime says so better.
    if (unified) attempt(() => mkdirSync(this.#directory, { recursive: true }));
  }

  /** Kills every process in the container; does nothing where the kernel cannot (before Linux 5.14). */
  kill(): void {
    attempt(() => writeFileSync(`${this.#directory}/cgroup.kill`, '1', { flag: 'r+' }));
  }

  /** Whether the kernel ended processes of the container for want of memory. Ask before `remove`. */
  oomKilled(exitCode: number): boolean {
    const own = readCounter(`${this.#directory}/memory.events`);
    if (own !== undefined) return own > 0;
    // Without the memory controller only the whole machine is counted; believe it where the status fits.
    return exitCode === 128 + 9 && machineOomKills() > this.#oomKillsBefore;
  }

  remove(): void {
    removeGroups(this.#directory);
  }
}

function hasUnifiedHierarchy(): boolean {
  if (isWritable()) return true;
  // There is another one, or (in a container) one to read only.
  attempt(() => mount({ source: 'cgroup2', target: HIERARCHY, type: 'cgroup2' }));
  return isWritable();
}

function isWritable(): boolean {
  if (readOr(`${HIERARCHY}/cgroup.controllers`) === undefined) return false;
  return attempt(() => mkdirSync(PARENT, { recursive: true }) ?? true) !== undefined;
}

function claim(name: string): Lock | undefined {
  return attempt(() => {
    mkdirSync(LOCKS, { recursive: true, mode: 0o700 });
    return tryLock(`${LOCKS}/${name}`, 'exclusive');
  });
}

function sweepDeadRunners(): void {
  for (const name of listDirectories(PARENT)) {
    const lock = attempt(() => tryLock(`${LOCKS}/${name}`, 'exclusive'));
    if (!lock) continue;
    removeGroups(`${PARENT}/${name}`);
    rmSync(lock.path, { force: true });
    lock.release();
  }
}

/** Removes a group with those in it, as far as they are empty. */
function removeGroups(directory: string): void {
  for (const name of listDirectories(directory)) removeGroups(`${directory}/${name}`);
  attempt(() => rmdirSync(directory));
}

function listDirectories(directory: string): string[] {
  const entries = attempt(() => readdirSync(directory, { withFileTypes: true })) ?? [];
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

function machineOomKills(): number {
  return readCounter('/proc/vmstat') ?? 0;
}

function readCounter(path: string): number | undefined {
  const value = /^oom_kill (\d+)$/m.exec(readOr(path) ?? '')?.[1];
  return value === undefined ? undefined : Number(value);
}

function readOr(path: string): string | undefined {
  return attempt(() => readFileSync(path, 'utf8'));
}

/** For what is done where it can be done; nothing depends on it. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
