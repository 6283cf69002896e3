import { setImmediate as nextTurn } from 'node:timers/promises';

const AT_ONCE = 256;

/** Lets others work now and then, in long walks over files. */
export class Pace {
  #count = 0;

  step(): Promise<void> | undefined {
    this.#count += 1;
    return this.#count % AT_ONCE === 0 ? nextTurn() : undefined;
  }
}
