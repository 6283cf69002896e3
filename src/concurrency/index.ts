export { Backoff, type BackoffOptions } from './backoff.ts';
export { jointSignal } from './joint-signal.ts';
export { MachineLoads } from './machine-loads.ts';
export { mapParallel } from './map-parallel.ts';
export { memoize } from './memoize.ts';
export { type Permit, Semaphore } from './semaphore.ts';
export { type SharedWork, shareWork } from './share-work.ts';
export { TimeSlice } from './time-slice.ts';
export { unlessAborted } from './unless-aborted.ts';
