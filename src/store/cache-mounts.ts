/**
 * Cache mounts: directories that persist between builds. They are not content of images: only steps refer to them, and
 * steps alone manage their files.
 *
 *     mounts/<key>/lock         held while an instance is chosen, made or removed
 *     mounts/<key>/id           the cache's id, for people
 *     mounts/<key>/<n>/data/    an instance: the directory that is mounted
 *     mounts/<key>/<n>/retired  no step takes this instance any more; current users keep it
 *     mounts/<key>/<n>.lock     held while instance n is in use; its time is that of the last use
 *
 * A cache has several instances if one was in exclusive use when another was needed.
 */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { Backoff } from '../concurrency/index.ts';
import {
  hasErrorCode,
  isBusy,
  type Lock,
  type Owner,
  removeTree,
  tryLock,
} from '../system/index.ts';
import {
  idOf,
  instancesOf,
  isRetired,
  KEY,
  keysIn,
  lockFile,
  lockKey,
} from './cache-mount-paths.ts';
import { diskUsageOf } from './disk-usage.ts';
import type { StoreLayout } from './layout.ts';
import type { Lease } from './lease.ts';
import { moveRetired, retireInstances } from './retire-cache-mounts.ts';

export interface CacheMountRequest {
  /** 64 hex digits: identify the cache. */
  readonly key: string;
  /** The id shown to users. */
  readonly id: string;
  /**
   * `shared`: with all other users. `private`: exclusive, in another instance if one is in use. `locked`: exclusive,
   * after waiting for other users.
   */
  readonly sharing: 'shared' | 'private' | 'locked';
  /** Owner of a new directory, on this machine; undefined: this process's user. */
  readonly owner: Owner | undefined;
  readonly mode: number;
  /** Creates the directory of a new cache mount with its initial content, instead of an empty one. */
  readonly seed?: ((directory: string) => Promise<void>) | undefined;
}

/** A cache mount in use, until it is released or the process ends. */
export interface HeldCacheMount {
  /** Host path of the directory to mount. */
  readonly directory: string;
  release(): void;
}

export interface CacheMountInfo {
  readonly key: string;
  readonly id: string;
  readonly bytes: number;
  readonly inUse: boolean;
  /** Milliseconds since the epoch. */
  readonly lastUsed: number;
}

const DATA = 'data';

export class CacheMountStore {
  readonly #layout: StoreLayout;
  readonly #lease: Lease;

  constructor(layout: StoreLayout, lease: Lease) {
    this.#layout = layout;
    this.#lease = lease;
  }

  /**
   * Takes a cache mount into use; creates it if missing. Take several in the order of their keys: otherwise two steps
   * may deadlock.
   * @throws AbortedError if the signal is aborted while waiting; what `seed` throws
   */
  async hold(
    request: CacheMountRequest,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<HeldCacheMount> {
    if (!KEY.test(request.key)) throw new Error(`not a key of a cache mount: ${request.key}`);
    const { signal } = options;
    for (const backoff = new Backoff(); ; await backoff.pause(signal)) {
      const held = await this.#tryHold(request, signal);
      if (held !== undefined) return held;
    }
  }

  /**
   * Clears cache mounts. Running steps keep theirs until they end.
   *
   * @param isMeant selects cache mounts
   */
  async retire(isMeant: (mount: Pick<CacheMountInfo, 'key' | 'id'>) => boolean): Promise<void> {
    const trash = this.#trash();
    try {
      for (const key of keysIn(this.#layout)) {
        const directory = `${this.#layout.mounts}/${key}`;
        if (isMeant({ key, id: idOf(directory) })) await retireInstances(directory, trash.next);
      }
    } finally {
      await trash.remove();
    }
  }

  /** All cache mounts. None of a read-only store counts as in use: there are no locks to ask. */
  list(): readonly CacheMountInfo[] {
    return keysIn(this.#layout).map((key) => {
      const directory = `${this.#layout.mounts}/${key}`;
      const bytes = diskUsageOf(directory);
      return {
        ...{ key, id: idOf(directory), bytes },
        ...{ inUse: !this.#layout.isReadOnly && isInUse(directory), lastUsed: lastUse(directory) },
      };
    });
  }

  /** @returns undefined if the caller must wait */
  async #tryHold(
    request: CacheMountRequest,
    signal: AbortSignal | undefined,
  ): Promise<HeldCacheMount | undefined> {
    const directory = `${this.#layout.mounts}/${request.key}`;
    const trash = this.#trash();
    const keyLock = await lockKey(directory, signal);
    try {
      moveRetired(directory, trash.next);
      const mode = request.sharing === 'shared' ? 'shared' : 'exclusive';
      const all = instancesOf(directory);
      const instances = all.filter((number) => !isRetired(directory, number));
      for (const number of instances) {
        const lock = tryLock(lockFile(directory, number), mode);
        if (lock === undefined) continue;
        const data = `${directory}/${number}/${DATA}`;
        if (existsSync(data)) return held(directory, number, lock);
        if (!this.#hasHelpers()) {
          await makeData(request, data);
          return held(directory, number, lock);
        }
        lock.release();
        if (request.sharing !== 'private') return undefined;
      }
      if (request.sharing === 'locked' && instances.length > 0) return undefined;
      const number = (all.at(-1) ?? 0) + 1;
      const lock = tryLock(lockFile(directory, number), mode);
      return lock && (await this.#make(request, { directory, number, lock }));
    } finally {
      keyLock.release();
      await trash.remove();
    }
  }

  /** Helpers of killed builds, which give back the directories that they had moved into root file systems. */
  #hasHelpers(): boolean {
    const { tmp } = this.#layout;
    return readdirSync(tmp).some((name) => isBusy(`${tmp}/${name}`));
  }

  /** Paths for directories that are moved away under a lock, and removed after its release. */
  #trash(): { readonly next: () => string; readonly remove: () => Promise<void> } {
    const paths: string[] = [];
    return {
      next: () => {
        const path = this.#temporaryPath();
        paths.push(path);
        return path;
      },
      remove: async () => {
        for (const path of paths) await removeTree(path);
      },
    };
  }

  #temporaryPath(): string {
    return `${this.#layout.tmp}/${this.#lease.hold()}.${randomBytes(8).toString('hex')}`;
  }

  async #make(
    request: CacheMountRequest,
    instance: { readonly directory: string; readonly number: number; readonly lock: Lock },
  ): Promise<HeldCacheMount> {
    const { directory, number, lock } = instance;
    const temporary = this.#temporaryPath();
    try {
      mkdirSync(temporary, { mode: 0o700 });
      await makeData(request, `${temporary}/${DATA}`);
      if (!existsSync(`${directory}/id`)) writeFileSync(`${directory}/id`, request.id);
      renameSync(temporary, `${directory}/${number}`);
      return held(directory, number, lock);
    } catch (error) {
      rmSync(lock.path, { force: true });
      lock.release();
      rmSync(temporary, { recursive: true, force: true });
      throw error;
    }
  }
}

async function makeData(request: CacheMountRequest, data: string): Promise<void> {
  const { seed, owner, mode } = request;
  if (seed !== undefined) return seed(data);
  mkdirSync(data);
  if (owner !== undefined) chownSync(data, owner.uid, owner.gid);
  chmodSync(data, mode);
}

function held(directory: string, number: number, lock: Lock): HeldCacheMount {
  const now = new Date();
  utimesSync(lock.path, now, now);
  return { directory: `${directory}/${number}/${DATA}`, release: () => lock.release() };
}

function isInUse(directory: string): boolean {
  try {
    // No other process may choose an instance while we briefly hold its lock.
    using keyLock = tryLock(`${directory}/lock`, 'exclusive');
    if (keyLock === undefined) return true;
    return instancesOf(directory).some((number) => {
      const lock = tryLock(lockFile(directory, number), 'exclusive');
      lock?.release();
      return lock === undefined;
    });
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return false;
    throw error;
  }
}

export interface SweptMount {
  readonly key: string;
  readonly id: string;
  readonly path: string;
}

export interface SweepMountsOptions {
  /** Milliseconds since the epoch: instances used later stay. */
  readonly before: number;
  /** Bytes to free, least recently used caches first; undefined: everything allowed. */
  readonly excess: number | undefined;
  /** The path that the next instance is moved to. */
  readonly target: (index: number) => string;
}

/** Moves away instances that are not in use and were not used lately. */
export function sweepCacheMounts(
  layout: StoreLayout,
  { before, excess = Number.POSITIVE_INFINITY, target }: SweepMountsOptions,
): SweptMount[] {
  const swept: SweptMount[] = [];
  let left = excess;
  for (const key of leastRecentlyUsed(layout)) {
    if (left <= 0) break;
    const directory = `${layout.mounts}/${key}`;
    const keyLock = tryLock(`${directory}/lock`, 'exclusive');
    if (keyLock === undefined) continue;
    try {
      const id = idOf(directory);
      const instances = instancesOf(directory);
      const gone = instances.filter((number) => {
        const path = target(swept.length);
        const isMoved = left > 0 && moveUnused(directory, number, { before, path });
        if (!isMoved) return false;
        swept.push({ key, id, path });
        if (left !== Number.POSITIVE_INFINITY) left -= diskUsageOf(path);
        return true;
      });
      // Waiting processes find the lock's file gone and create a new one.
      if (gone.length === instances.length) rmSync(directory, { recursive: true, force: true });
    } finally {
      keyLock.release();
    }
  }
  return swept;
}

/** Bytes on the disk of all caches. */
export function mountBytes(layout: StoreLayout): number {
  return keysIn(layout).reduce((sum, key) => sum + diskUsageOf(`${layout.mounts}/${key}`), 0);
}

function leastRecentlyUsed(layout: StoreLayout): readonly string[] {
  const times = keysIn(layout).map((key) => [key, lastUse(`${layout.mounts}/${key}`)] as const);
  return times.sort(([, a], [, b]) => a - b).map(([key]) => key);
}

/** Milliseconds since the epoch; 0 if it has vanished. */
function lastUse(directory: string): number {
  try {
    const times = instancesOf(directory).map(
      (number) => statSync(lockFile(directory, number), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    );
    return Math.max(0, ...times);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return 0;
    throw error;
  }
}

function moveUnused(
  directory: string,
  number: number,
  { before, path }: { before: number; path: string },
): boolean {
  const file = lockFile(directory, number);
  const lock = tryLock(file, 'exclusive');
  if (lock === undefined) return false;
  try {
    if (!isRetired(directory, number) && statSync(file).mtimeMs >= before) return false;
    renameSync(`${directory}/${number}`, path);
    rmSync(file, { force: true });
    return true;
  } finally {
    lock.release();
  }
}
