/** Which failures are retried, when, and how often. */
import { setTimeout as delay } from 'node:timers/promises';
import type { AppError } from '../errors.ts';
import type { Tuning } from './tuning.ts';
import type { RegistryWait } from './types.ts';

/** A failure that may pass. */
export class TransientError extends Error {
  /** Reported when the retries are used up. */
  readonly error: AppError;
  /** Milliseconds that the server asks to wait. */
  readonly afterMs: number | undefined;
  /** Retry without a delay: the server had closed a kept-alive connection. */
  readonly atOnce: boolean;

  constructor(
    error: AppError,
    more: { readonly afterMs?: number | undefined; readonly atOnce?: boolean } = {},
  ) {
    super(error.message);
    this.error = error;
    this.afterMs = more.afterMs;
    this.atOnce = more.atOnce ?? false;
  }
}

export interface RetryOptions {
  readonly tuning: Tuning;
  readonly signal: AbortSignal | undefined;
  readonly onWait?: ((wait: RegistryWait) => void) | undefined;
}

/** Retries with exponential back-off until too many attempts in a row have failed. */
export class RetryPolicy {
  readonly #options: RetryOptions;
  #failures = 0;
  #free = 0;

  constructor(options: RetryOptions) {
    this.#options = options;
  }

  /** Call after progress: earlier failures no longer count. */
  reset(): void {
    this.#failures = 0;
    this.#free = 0;
  }

  /**
   * Waits for the time of the next attempt.
   *
   * @throws the given error, if it is not transient or no attempts are left
   */
  async waitOrThrow(error: unknown): Promise<void> {
    const { tuning, signal } = this.#options;
    signal?.throwIfAborted();
    if (!(error instanceof TransientError)) throw error;
    if (error.atOnce && this.#free++ < tuning.attempts) return;
    this.#failures++;
    const { afterMs = 0 } = error;
    if (this.#failures >= tuning.attempts || afterMs > tuning.longestWaitMs) throw error.error;
    const doubled = tuning.firstDelayMs * 2 ** (this.#failures - 1);
    const spread = Math.min(doubled, tuning.longestDelayMs) * (0.5 + tuning.random() / 2);
    const forMs = Math.max(spread, afterMs);
    this.#options.onWait?.({ forMs, reason: error.error });
    try {
      await delay(forMs, undefined, signal === undefined ? {} : { signal });
    } catch (cause) {
      signal?.throwIfAborted();
      throw cause;
    }
  }
}
