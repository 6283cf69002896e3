import { availableParallelism } from 'node:os';

/** How many steps work at once: more than cores, since steps often wait for networks and disks. */
export function defaultJobs(): number {
  return Math.max(8, 2 * availableParallelism());
}
