import { readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { hasErrorCode, type Lock, removeTree, tryLock } from '../system/index.ts';
import { awaitHelpers, interruptedStep, isOfStep } from './interrupted-step.ts';
import type { StoreLayout } from './layout.ts';

/** The content that live processes hold. */
export interface LiveLeases {
  readonly names: ReadonlySet<string>;
  /** Ids of layers and digests of blobs. */
  readonly pins: ReadonlySet<string>;
}

/** The caller's own lease; without a name it has none. */
export interface OwnLease {
  readonly name: string | undefined;
  readonly pins: ReadonlySet<string>;
}

/**
 * Reads the leases of all live processes and removes those of dead ones. Other leases may grow meanwhile, unless the
 * caller holds the collector's lock.
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

export interface TemporaryOfDead {
  /** Leave the step that a killed build was running, with the lease it belongs to. */
  readonly keepsStep: boolean;
}

/**
 * Deletes temporary files of dead processes in `tmp/`: gigabytes, if a build was killed during a step. Deletes the dead
 * lease last, so that after an interruption the next process continues.
 */
export async function removeTemporaryOfDead(
  layout: StoreLayout,
  { keepsStep }: TemporaryOfDead,
): Promise<void> {
  for (const lease of deadLeases(layout)) {
    try {
      // Our lock makes it look alive, so empty it: it must hold nothing any more.
      truncateSync(lease.lock.path);
      // It still gives caches back.
      if ((await awaitHelpers(layout, lease.name)) === 'busy') continue;
      const left = keepsStep ? interruptedStep(layout, lease.name) : undefined;
      const kept = left?.isPrivate === true ? undefined : left;
      for (const name of readdirSync(layout.tmp)) {
        if (!name.startsWith(`${lease.name}.`)) continue;
        if (kept === undefined || !isOfStep(name, kept)) await removeTree(`${layout.tmp}/${name}`);
      }
      if (kept === undefined) removeLease(lease.lock.path);
    } finally {
      lease.lock.release();
    }
  }
}

export interface DeadLease {
  readonly name: string;
  /** Held: release it. */
  readonly lock: Lock;
}

/** The leases of dead processes, one after the other, each locked. */
export function* deadLeases(layout: StoreLayout): Generator<DeadLease, void, undefined> {
  for (const name of readdirSync(layout.leases)) {
    if (!isLease(name)) continue;
    const lock = tryLock(`${layout.leases}/${name}`, 'exclusive');
    if (lock) yield { name, lock };
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
  // Without flock.
  rmSync(`${path}.holders`, { recursive: true, force: true });
}

function readPins(path: string): string[] {
  try {
    return readFileSync(path, 'latin1').split('\n');
  } catch (error) {
    // Its process ended between our two checks.
    if (hasErrorCode(error, 'ENOENT')) return [];
    throw error;
  }
}
