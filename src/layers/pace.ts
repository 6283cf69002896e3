/** Long synchronous work in slices, so that the event loop is never held for long. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds of work between two turns of the event loop. */
const SLICE = 8;

/**
 * Counts the time since the last turn of the event loop.
 *
 *     const pace = new Pace(signal);
 *     for (const item of items) {
 *       work(item);
 *       if (pace.due) await pace.turn();
 *     }
 */
export class Pace {
  readonly #signal: AbortSignal | undefined;
  #started = performance.now();

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  get due(): boolean {
    return performance.now() - this.#started > SLICE;
  }

  /** Lets others run. Throws the signal's reason when it was aborted. */
  async turn(): Promise<void> {
    this.#signal?.throwIfAborted();
    await nextTurn();
    this.#signal?.throwIfAborted();
    this.#started = performance.now();
  }

  /** Runs a generator to its end; each `yield` is a place where it may be interrupted. */
  async run<T>(work: Generator<unknown, T>): Promise<T> {
    for (;;) {
      const step = work.next();
      if (step.done === true) return step.value;
      if (this.due) await this.turn();
    }
  }
}
