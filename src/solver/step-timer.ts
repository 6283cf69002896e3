/** Emits the events of one step, which begins with the work, not while it waits for a slot. */
import type { Emit, StepInfo } from '../progress/index.ts';

export class StepTimer {
  readonly #emit: Emit;
  readonly #now: () => number;
  readonly #step: StepInfo;
  #started: number | undefined;

  /** @param now milliseconds since the epoch */
  constructor(emit: Emit, now: () => number, step: StepInfo) {
    this.#emit = emit;
    this.#now = now;
    this.#step = step;
  }

  /** @returns the time of the first call */
  start(): number {
    if (this.#started === undefined) {
      this.#started = this.#now();
      this.#emit({ kind: 'step.started', time: this.#started, step: this.#step });
    }
    return this.#started;
  }

  /** @returns how long the step worked, in milliseconds */
  complete(addedBytes: number): number {
    const started = this.start();
    const time = this.#now();
    const durationMs = time - started;
    this.#emit({ kind: 'step.completed', time, step: this.#step, durationMs, addedBytes });
    return durationMs;
  }

  fail(error: Error): void {
    this.start();
    this.#emit({ kind: 'step.failed', time: this.#now(), step: this.#step, error });
  }

  cancel(): void {
    if (this.#started === undefined) return;
    this.#emit({ kind: 'step.cancelled', time: this.#now(), step: this.#step });
  }
}
