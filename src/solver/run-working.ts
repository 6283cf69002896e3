import type { Semaphore } from '../concurrency/index.ts';

/** Runs `work` as soon as there is a permit. Rejects with the signal's reason if that comes first. */
export async function runWorking<T>(
  permits: Semaphore,
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const permit = await permits.acquire(signal);
  let result: T;
  try {
    signal.throwIfAborted();
    result = await work();
  } catch (error) {
    // In a later turn: the failure may end the build, and then no more work may start.
    setImmediate(() => permit[Symbol.dispose]());
    throw error;
  }
  permit[Symbol.dispose]();
  return result;
}
