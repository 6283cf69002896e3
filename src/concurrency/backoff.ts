/** Pauses between attempts to take a resource that is held for a while. */
import { setTimeout as delay } from 'node:timers/promises';
import { AbortedError } from '../errors.ts';

export interface BackoffOptions {
  /** Milliseconds of the first pause. */
  readonly firstMs?: number | undefined;
  readonly longestMs?: number | undefined;
}

const GROWTH = 1.5;

/**
 * Each pause is 1.5 times as long as the previous one, up to a limit.
 *
 *     for (const backoff = new Backoff(); ; await backoff.pause(signal)) {
 *       const lock = tryLock(path, mode);
 *       if (lock !== undefined) return lock;
 *     }
 */
export class Backoff {
  readonly #longestMs: number;
  #nextMs: number;

  constructor({ firstMs = 5, longestMs = 250 }: BackoffOptions = {}) {
    this.#nextMs = firstMs;
    this.#longestMs = longestMs;
  }

  /** @throws AbortedError as soon as the signal is aborted */
  async pause(signal?: AbortSignal): Promise<void> {
    const ms = this.#nextMs;
    this.#nextMs = Math.min(ms * GROWTH, this.#longestMs);
    if (signal?.aborted) throw new AbortedError();
    try {
      await delay(ms, undefined, signal && { signal });
    } catch (error) {
      throw signal?.aborted ? new AbortedError() : error;
    }
  }
}
