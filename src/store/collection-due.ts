/** Whether it is time to collect: a store is looked at now and then, not by every build. */
import { closeSync, openSync, statSync, utimesSync } from 'node:fs';

/** Milliseconds. */
const INTERVAL = 10 * 60_000;

/**
 * The first call for a store only notes the time: what has just been made is not collected.
 *
 * @param database the directory of the store's database
 */
export function isCollectionDue(database: string, now: number): boolean {
  const last = statSync(stampIn(database), { throwIfNoEntry: false })?.mtimeMs;
  if (last === undefined) noteCollection(database, now);
  // A time in the future is of a clock that was wrong.
  return last !== undefined && (now - last >= INTERVAL || last - now > INTERVAL);
}

/** Notes that the store is being collected. */
export function noteCollection(database: string, now: number): void {
  const path = stampIn(database);
  closeSync(openSync(path, 'a', 0o600));
  utimesSync(path, now / 1000, now / 1000);
}

function stampIn(database: string): string {
  return `${database}/collected`;
}
