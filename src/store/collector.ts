/**
 * Removes unneeded data, in an order that is safe to interrupt at any moment: first removes records, durably; then
 * moves content without a record to `tmp/`; then deletes it. See docs/design/store.md for the races.
 */
import { readdirSync, rmSync } from 'node:fs';
import { Backoff } from '../concurrency/index.ts';
import { AbortedError } from '../errors.ts';
import { removeTree, tryLock } from '../system/index.ts';
import { mountBytes, sweepCacheMounts } from './cache-mounts.ts';
import type { Database } from './database.ts';
import { isDiskFull, readOnlyStore, writeFailed } from './database-error.ts';
import { diskUsageOf } from './disk-usage.ts';
import type { Journal } from './journal.ts';
import type { StoreLayout } from './layout.ts';
import type { Lease } from './lease.ts';
import { type LiveLeases, readLiveLeases } from './live-leases.ts';
import { keepReserve, spendReserve } from './reserve.ts';
import {
  bytesOfCache,
  cacheLimit,
  type PrunedItem,
  type PruneOptions,
  removeSelected,
} from './selection.ts';
import { type Moved, sweep } from './sweep.ts';
import type { Tables } from './tables.ts';

export interface PruneResult {
  readonly removed: readonly PrunedItem[];
  /** Approximate bytes freed on the disk. */
  readonly bytes: number;
}

export interface CollectorParts {
  readonly layout: StoreLayout;
  readonly database: Database;
  readonly tables: Tables;
  readonly lease: Lease;
  readonly journal: Journal;
  readonly now: () => number;
}

interface Decision {
  readonly removed: readonly PrunedItem[];
  readonly moved: readonly Moved[];
}

/**
 * Waits for other collectors, removes what the options select, and then all content that no record references and no
 * live process holds.
 * @throws AbortedError before anything is removed; AppError STORE_WRITE_FAILED, STORE_DISK_FULL, STORE_READ_ONLY
 */
export async function collect(
  parts: CollectorParts,
  options: PruneOptions,
  signal?: AbortSignal,
): Promise<PruneResult> {
  if (parts.layout.isReadOnly) throw readOnlyStore(parts.layout.root);
  spendReserve(parts.layout.db);
  const trash = `${parts.layout.tmp}/${parts.lease.hold()}.trash-${Date.now().toString(36)}`;
  await parts.lease.cleaned;
  const descriptions = describeLayers(parts.tables);
  const { removed, moved } = await decide(parts, { options, trash, signal });
  const content = moved.map(
    ({ kind, id, path }): PrunedItem => ({
      kind,
      id,
      description: descriptions.get(id) ?? '',
      bytes: diskUsageOf(path),
    }),
  );
  content.push(...pruneCacheMounts(parts, options, trash));
  await removeTree(trash);
  removeLocksOfDead(parts.layout);
  keepReserve(parts.layout.db);
  const bytes = content.reduce((sum, item) => sum + item.bytes, 0);
  return { removed: [...removed, ...content], bytes };
}

/** Cache mounts have no records: those without a lock are not in use. */
function pruneCacheMounts(
  { layout, tables, now }: CollectorParts,
  options: PruneOptions,
  trash: string,
): PrunedItem[] {
  const limit = cacheLimit(options, now());
  if (limit === undefined) return [];
  const { keepBytes } = options;
  const swept = sweepCacheMounts(layout, {
    before: limit,
    excess:
      keepBytes === undefined ? undefined : bytesOfCache(tables) + mountBytes(layout) - keepBytes,
    target: (index) => `${trash}/mount-${index}`,
  });
  return swept.map(({ key, id, path }) => ({
    kind: 'cache-mount',
    id: key,
    description: `cache mount ${id}`,
    bytes: diskUsageOf(path),
  }));
}

/** Removes locks of killed processes. */
function removeLocksOfDead(layout: StoreLayout): void {
  for (const name of readdirSync(layout.locks)) {
    // Marker files of locks without flock.
    if (name.endsWith('.holders')) continue;
    const lock = tryLock(`${layout.locks}/${name}`, 'exclusive');
    if (!lock) continue;
    rmSync(lock.path, { force: true });
    lock.release();
  }
}

interface DecideOptions {
  readonly options: PruneOptions;
  readonly trash: string;
  readonly signal: AbortSignal | undefined;
}

async function decide(
  { layout, database, tables, lease, journal, now }: CollectorParts,
  { options, trash, signal }: DecideOptions,
): Promise<Decision> {
  const allRemoved: PrunedItem[] = [];
  const mounted = options.keepBytes === undefined ? 0 : mountBytes(layout);
  if (signal?.aborted) throw new AbortedError();
  for (const backoff = new Backoff(); ; await backoff.pause(signal)) {
    await journal.flush();
    const lock = tryLock(layout.collectorLock, 'exclusive');
    // Do not yield from here on: this process may also need to add to its lease, and would wait for us.
    try {
      if (lock && !journal.isBusy) {
        // Leases are read inside the transactions: a process adds a layer to its lease before it records it.
        const readLeases = (): LiveLeases => readLiveLeases(layout, lease);
        const removed = database.tryTransaction(() =>
          removeSelected(tables, {
            options,
            pins: readLeases().pins,
            now: now(),
            mountBytes: mounted,
          }),
        );
        // Another transaction, since a process without a lease checks in one that its image is complete.
        const moved =
          removed && database.tryTransaction(() => sweep({ layout, tables, readLeases, trash }));
        if (removed !== undefined) allRemoved.push(...removed.result);
        if (moved !== undefined) return { removed: allRemoved, moved: moved.result };
      }
    } catch (error) {
      throw isDiskFull(error) ? writeFailed(error) : error;
    } finally {
      lock?.release();
    }
  }
}

/** The step that made each layer, for messages. */
function describeLayers(tables: Tables): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, { ownLayer, description }] of tables.records.entries()) {
    if (ownLayer !== undefined) found.set(ownLayer, description);
  }
  return found;
}
