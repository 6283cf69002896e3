import { readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { hasErrorCode, removeTree, tryLock } from '../system/index.ts';
import type { StoreLayout } from './layout.ts';

/** What live processes hold. */
export interface LiveLeases {
  readonly names: ReadonlySet<string>;
  /** Ids of layers and digests of blobs. */
  readonly pins: ReadonlySet<string>;
}

/** What the caller itself holds; without a name it has no lease. */
export interface OwnLease {
  readonly name: string | undefined;
  readonly pins: ReadonlySet<string>;
}

/**
 * Reads the leases of all live processes and removes those of dead ones. What is listed by others may grow
 * meanwhile, unless the caller holds the collector's lock.
 */
export function readLiveLeases(layout: StoreLayout, own: OwnLease): LiveLeases {
  const names = new Set<string>();
  const pins = new Set<string>(own.pins);
  if (own.name !== undefined) names.add(own.name);
  for (const name of readdirSync(layout.leases)) {
    if (!isLease(name) || name === own.name) continue;
    const path = `${layout.leases}/${name}`;
    if (removeIfDead(path)) continue;
    names.add(name);
    for (const pin of readPins(path)) pins.add(pin);
  }
  return { names, pins };
}

/**
 * Deletes what dead processes left in `tmp/`: gigabytes, when a build was killed in the middle of a step. A dead
 * lease is deleted last, so that whoever is interrupted here leaves it to the next one.
 */
export async function removeTemporaryOfDead(layout: StoreLayout): Promise<void> {
  for (const name of readdirSync(layout.leases)) {
    if (!isLease(name)) continue;
    const lock = tryLock(`${layout.leases}/${name}`, 'exclusive');
    if (!lock) continue;
    try {
      // Locked by us it looks alive; what it held it must not hold any more.
      truncateSync(lock.path);
      for (const left of readdirSync(layout.tmp)) {
        if (!left.startsWith(`${name}.`)) continue;
        await removeTree(`${layout.tmp}/${left}`);
      }
      removeLease(lock.path);
    } finally {
      lock.release();
    }
  }
}

function isLease(name: string): boolean {
  return /^[0-9a-f]{16}$/.test(name);
}

function removeIfDead(path: string): boolean {
  const lock = tryLock(path, 'exclusive');
  if (!lock) return false;
  removeLease(path);
  lock.release();
  return true;
}

function removeLease(path: string): void {
  rmSync(path, { force: true });
  // Where there is no flock.
  rmSync(`${path}.holders`, { recursive: true, force: true });
}

function readPins(path: string): string[] {
  try {
    return readFileSync(path, 'latin1').split('\n');
  } catch (error) {
    // Its process ended between our two looks.
    if (hasErrorCode(error, 'ENOENT')) return [];
    throw error;
  }
}
