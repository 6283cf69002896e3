/** Builds and tests changes, and keeps those with which the image does the same as before. */
import type { TriedChange } from '../api/index.ts';
import { AppError } from '../errors.ts';
import type { Change } from './changes.ts';
import { configChanges } from './config-changes.ts';
import { difference, type Observation } from './observe.ts';
import type { Version, Workshop } from './workshop.ts';

export interface TrialOptions {
  readonly workshop: Workshop;
  /** What a container of the image does, in each of several tests. */
  readonly watch: (image: string) => Promise<readonly Observation[]>;
  readonly onChange: ((change: TriedChange) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

export class Trial {
  readonly tried: TriedChange[] = [];
  readonly #options: TrialOptions;
  readonly #before: readonly Observation[];

  private constructor(options: TrialOptions, before: readonly Observation[]) {
    this.#options = options;
    this.#before = before;
  }

  /**
   * Watches the image without changes.
   * @throws AppError OPTIMIZE_TEST_FAILED
   */
  static async begin(given: Version, options: TrialOptions): Promise<Trial> {
    const before = await options.watch(given.image);
    const failed = before.find(({ kind }) => kind === 'failed');
    if (failed === undefined) return new Trial(options, before);
    throw new AppError(
      'OPTIMIZE_TEST_FAILED',
      `the image fails the test unchanged: ${failed.text}`,
      {
        hint: 'the test must pass with the Dockerfile as it is; run it by hand with `lamina run`',
      },
    );
  }

  /** Whether each container ended by itself with success, so that all it does was seen. */
  get sawAll(): boolean {
    return this.#before.every(({ kind, status }) => kind === 'ended' && status === 0);
  }

  /** Another watch of the same image: what differs between both says nothing about a change. */
  withoutVarying(again: readonly Observation[]): Trial {
    const before = this.#before.map((one, index) => {
      const other = again[index];
      const varies = other?.kind === one.kind && other.text !== one.text;
      return varies ? { ...one, text: undefined } : one;
    });
    return new Trial(this.#options, before);
  }

  /** Tries changes until one is kept. @returns the version with it */
  async firstKept(current: Version, changes: readonly Change[]): Promise<Version | undefined> {
    for (const change of changes) {
      this.#options.signal?.throwIfAborted();
      const { version, reason } = await this.#try(current, change);
      this.#report({
        ...{
          name: change.name,
          what: change.what,
          kept: reason === undefined,
          reason: reason ?? '',
        },
        ...{ bytesBefore: current.bytes, bytesAfter: version?.bytes ?? current.bytes },
      });
      if (reason === undefined) return version;
    }
    return undefined;
  }

  /** Notes a change that cannot be tried here. */
  skip(name: string, what: string, reason: string, { bytes }: Version): void {
    this.#report({ name, what, kept: false, reason, bytesBefore: bytes, bytesAfter: bytes });
  }

  #report(change: TriedChange): void {
    this.tried.push(change);
    this.#options.onChange?.(change);
  }

  async #try(
    current: Version,
    change: Change,
  ): Promise<{ readonly version?: Version; readonly reason?: string | undefined }> {
    try {
      const version = await this.#options.workshop.build(change.definition);
      const changed = configChanges(current.config, version.config);
      const unwanted = changed.filter((name) => !change.changes.includes(name));
      if (unwanted.length > 0) return { version, reason: `it changes ${unwanted.join(', ')}` };
      if (change.mustShrink && version.bytes >= current.bytes) {
        return { version, reason: 'the image does not get smaller' };
      }
      const observed = await this.#options.watch(version.image);
      const differences = this.#before.map((before, index) => difference(before, observed[index]));
      return { version, reason: differences.find((reason) => reason !== undefined) };
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      if (!(error instanceof AppError)) throw error;
      return { reason: error.message };
    }
  }
}
