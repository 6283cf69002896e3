import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { hasErrorCode, tryLock } from '../system/index.ts';
import type { StoreLayout } from './layout.ts';
import type { Lease } from './lease.ts';

/** What live processes hold. */
export interface LiveLeases {
  readonly names: ReadonlySet<string>;
  /** Ids of layers and digests of blobs. */
  readonly pins: ReadonlySet<string>;
}

/**
 * Reads the leases of all live processes and removes those of dead ones. What is listed by others may grow
 * meanwhile, unless the caller holds the collector's lock.
 */
export function readLiveLeases(layout: StoreLayout, own: Lease): LiveLeases {
  const names = new Set<string>();
  const pins = new Set<string>(own.pins);
  if (own.name !== undefined) names.add(own.name);
  for (const name of readdirSync(layout.leases)) {
    if (!/^[0-9a-f]{16}$/.test(name) || name === own.name) continue;
    const path = `${layout.leases}/${name}`;
    if (removeIfDead(path)) continue;
    names.add(name);
    for (const pin of readPins(path)) pins.add(pin);
  }
  return { names, pins };
}

function removeIfDead(path: string): boolean {
  const lock = tryLock(path, 'exclusive');
  if (!lock) return false;
  rmSync(path, { force: true });
  rmSync(`${path}.holders`, { recursive: true, force: true });
  lock.release();
  return true;
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
