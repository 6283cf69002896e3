import type { Permit } from './semaphore.ts';

/** Work that one process has on other machines, by their names, and what it learned of them. */
export class MachineLoads {
  readonly #busy = new Map<string, number>();
  readonly #lost = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  readonly #facts = new Map<string, Promise<unknown>>();

  /** The pieces of work that a machine has. */
  busy(machine: string): number {
    return this.#busy.get(machine) ?? 0;
  }

  /** Counts a piece of work until it is disposed of. */
  begin(machine: string): Permit {
    this.#busy.set(machine, this.busy(machine) + 1);
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#busy.set(machine, this.busy(machine) - 1);
        for (const wake of [...this.#waiting]) wake();
      },
    };
  }

  /** Waits until a piece of work ends anywhere. @throws the signal's reason */
  ended(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', abort);
      };
      const wake = () => {
        leave();
        resolve();
      };
      const abort = () => {
        leave();
        reject(signal.reason);
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  /**
   * Remembers that a machine does not answer.
   * @param until milliseconds since the epoch: it may be back then
   */
  lose(machine: string, until: number): void {
    this.#lost.set(machine, until);
    this.#facts.delete(machine);
  }

  isLost(machine: string, now: number): boolean {
    return (this.#lost.get(machine) ?? 0) > now;
  }

  /** Asks a machine once. A failed question is asked again. */
  ask<T>(machine: string, question: () => Promise<T>): Promise<T> {
    const known = this.#facts.get(machine);
    if (known !== undefined) return known as Promise<T>;
    const asked = question();
    this.#facts.set(machine, asked);
    asked.catch(() => this.#facts.delete(machine));
    return asked;
  }
}
