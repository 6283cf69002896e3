/** A sandbox that exists from its first use to the end of the build. */
import type { Sandbox } from '../../runtime/index.ts';

export class LazySandbox implements AsyncDisposable {
  readonly #start: () => Promise<Sandbox>;
  #sandbox: Promise<Sandbox> | undefined;

  constructor(start: () => Promise<Sandbox>) {
    this.#start = start;
  }

  get(): Promise<Sandbox> {
    this.#sandbox ??= this.#start();
    return this.#sandbox;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const started = await this.#sandbox?.catch(() => undefined);
    await started?.[Symbol.asyncDispose]();
  }
}
