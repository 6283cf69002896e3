/** What may work when it is tried again, and for how long it is. */
import { setTimeout as delay } from 'node:timers/promises';
import type { AppError } from '../errors.ts';
import type { Tuning } from './tuning.ts';
import type { RegistryWait } from './types.ts';

/** A failure that may pass. */
export class Transient extends Error {
  /** What the user is told when it does not. */
  readonly error: AppError;
  /** Milliseconds the server wants us to wait. */
  readonly afterMs: number | undefined;
  /** It is nobody's fault (a kept connection that the server had closed): try again now. */
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

export interface Trying {
  readonly tuning: Tuning;
  readonly signal: AbortSignal | undefined;
  readonly onWait?: ((wait: RegistryWait) => void) | undefined;
}

/** Endures failures until there have been too many in a row. */
export class Patience {
  readonly #trying: Trying;
  #failures = 0;
  #free = 0;

  constructor(trying: Trying) {
    this.#trying = trying;
  }

  /** Something went well: failures before it do not count any more. */
  encourage(): void {
    this.#failures = 0;
    this.#free = 0;
  }

  /**
   * Waits until it is time to try again.
   *
   * @throws what was given, unless it may pass and patience is left
   */
  async endure(error: unknown): Promise<void> {
    const { tuning, signal } = this.#trying;
    signal?.throwIfAborted();
    if (!(error instanceof Transient)) throw error;
    if (error.atOnce && this.#free++ < tuning.attempts) return;
    this.#failures++;
    const { afterMs = 0 } = error;
    if (this.#failures >= tuning.attempts || afterMs > tuning.longestWaitMs) throw error.error;
    const doubled = tuning.firstDelayMs * 2 ** (this.#failures - 1);
    const spread = Math.min(doubled, tuning.longestDelayMs) * (0.5 + tuning.random() / 2);
    const forMs = Math.max(spread, afterMs);
    this.#trying.onWait?.({ forMs, reason: error.error });
    try {
      await delay(forMs, undefined, signal === undefined ? {} : { signal });
    } catch (cause) {
      signal?.throwIfAborted();
      throw cause;
    }
  }
}
