/** Long synchronous work in slices, so that it never blocks the event loop for long. */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Milliseconds of work between two turns of the event loop. */
const LENGTH = 8;

/** `performance.now()` would load modules of Node.js, which takes 2 ms. */
const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/**
 * Measures the time since the last turn of the event loop.
 *
 *     const slice = new TimeSlice(signal);
 *     for (const item of items) {
 *       work(item);
 *       if (slice.isOver) await slice.yield();
 *     }
 */
export class TimeSlice {
  readonly #signal: AbortSignal | undefined;
  #started = now();

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  get isOver(): boolean {
    return now() - this.#started > LENGTH;
  }

  /** Lets other work run. @throws the signal's reason, if it is aborted */
  async yield(): Promise<void> {
    this.#signal?.throwIfAborted();
    await nextTurn();
    this.#signal?.throwIfAborted();
    this.#started = now();
  }

  /** Runs a generator to its end; each `yield` of it allows an interruption. */
  async run<T>(work: Generator<unknown, T>): Promise<T> {
    for (;;) {
      const step = work.next();
      if (step.done === true) return step.value;
      if (this.isOver) await this.yield();
    }
  }
}
