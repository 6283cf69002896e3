/**
 * Counts the work of our code without instrumentation: V8 counts how often each block runs (each iteration, each call),
 * and text passed to built-in searches counts by the character. Import the code after `start`, since only code compiled
 * from then on is counted by block.
 */
import { type Profiler, Session } from 'node:inspector';

/** Built-ins that scan a text; they count as if they scanned from the start offset to the end. */
const WALKS = [
  'indexOf',
  'lastIndexOf',
  'includes',
  'split',
  'replace',
  'replaceAll',
  'trim',
] as const;

export class StepCounter implements Disposable {
  readonly #session = new Session();
  readonly #restore: (() => void)[] = [];
  #characters = 0;

  static start(): StepCounter {
    const counter = new StepCounter();
    counter.#session.connect();
    counter.#session.post('Profiler.enable');
    counter.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    return counter;
  }

  /** The steps of `work`, in the files of `src/`. */
  count(work: () => unknown): number {
    this.#watchTexts();
    this.#blocks();
    this.#characters = 0;
    try {
      work();
    } finally {
      for (const restore of this.#restore.splice(0)) restore();
    }
    return this.#blocks() + this.#characters;
  }

  /** The steps until `work` has settled; nothing else may run meanwhile. */
  async countUntilSettled(work: () => Promise<unknown>): Promise<number> {
    this.#watchTexts();
    this.#blocks();
    this.#characters = 0;
    try {
      await work();
    } finally {
      for (const restore of this.#restore.splice(0)) restore();
    }
    return this.#blocks() + this.#characters;
  }

  [Symbol.dispose](): void {
    this.#session.disconnect();
  }

  #blocks(): number {
    let steps = 0;
    this.#session.post('Profiler.takePreciseCoverage', (error, taken) => {
      if (error !== null) throw error;
      for (const script of taken.result) if (script.url.includes('/src/')) steps += stepsOf(script);
    });
    return steps;
  }

  #watchTexts(): void {
    for (const name of WALKS) {
      this.#wrap(String.prototype, name, (text, args, result) => {
        const from = name === 'indexOf' && typeof args[1] === 'number' ? args[1] : 0;
        return (typeof result === 'number' && result >= 0 ? result : text.length) - from + 1;
      });
    }
    this.#wrap(String.prototype, 'startsWith', (_, [search]) => String(search).length);
    for (const name of ['slice', 'substring'] as const) {
      this.#wrap(String.prototype, name, (_text, _args, result) => String(result).length);
    }
    this.#wrap(RegExp.prototype, 'exec', (expression, [text], result) => {
      const from = expression.sticky || expression.global ? expression.lastIndex : 0;
      return result === null ? Math.max(0, String(text).length - from) : 1;
    });
  }

  #wrap<Target extends object, Name extends keyof Target>(
    target: Target,
    name: Name,
    cost: (self: Target, args: readonly unknown[], result: unknown) => number,
  ): void {
    const original: unknown = target[name];
    if (typeof original !== 'function') throw new Error(`${String(name)} is no function`);
    const add = (characters: number) => {
      this.#characters += characters;
    };
    const counting = function (this: Target, ...args: unknown[]): unknown {
      const result: unknown = Reflect.apply(original, this, args);
      add(cost(this, args, result));
      return result;
    };
    Object.defineProperty(target, name, { value: counting, writable: true, configurable: true });
    this.#restore.push(() => {
      Object.defineProperty(target, name, { value: original, writable: true, configurable: true });
    });
  }
}

function stepsOf(script: Profiler.ScriptCoverage): number {
  let steps = 0;
  for (const { ranges } of script.functions) for (const { count } of ranges) steps += count;
  return steps;
}
