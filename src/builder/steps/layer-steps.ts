/** Downloads of lazy layers as a build shows them: one step for each repository they come from. */

import type { FetchProgress } from '../../layers/index.ts';
import { locationName } from '../../objects/index.ts';
import { familiarRepository } from '../../oci/index.ts';
import type { Emit, StepInfo } from '../../progress/index.ts';
import type { LazyLayer } from '../../store/index.ts';
import { internalStep } from './step-infos.ts';

interface PullStep {
  readonly step: StepInfo;
  readonly started: number;
  active: number;
}

interface LayerStepsOptions {
  readonly emit: Emit;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Milliseconds between two reports of one layer: displays do not need every chunk. */
const INTERVAL = 50;

export class LayerSteps implements FetchProgress {
  readonly #options: LayerStepsOptions;
  readonly #steps = new Map<string, PullStep>();
  readonly #shown = new Map<LazyLayer, number>();
  #count = 0;

  constructor(options: LayerStepsOptions) {
    this.#options = options;
  }

  began(lazy: LazyLayer): void {
    const name = sourceName(lazy);
    const known = this.#steps.get(name);
    if (known !== undefined) {
      known.active++;
      return;
    }
    const time = this.#options.now();
    const step = internalStep(`pull ${name} ${++this.#count}`, `[internal] pull layers of ${name}`);
    this.#steps.set(name, { step, started: time, active: 1 });
    this.#options.emit({ kind: 'step.started', time, step });
  }

  advanced(lazy: LazyLayer, bytes: number): void {
    const time = this.#options.now();
    if (time - (this.#shown.get(lazy) ?? 0) < INTERVAL) return;
    this.#shown.set(lazy, time);
    this.#status(lazy, bytes, false);
  }

  ended(lazy: LazyLayer, error: unknown): void {
    if (error === undefined) this.#status(lazy, lazy.descriptor.size, true);
    this.#shown.delete(lazy);
    const name = sourceName(lazy);
    const pull = this.#steps.get(name);
    if (pull === undefined) return;
    const { emit, now } = this.#options;
    const { step, started } = pull;
    const time = now();
    const isLast = --pull.active === 0;
    if (isLast) this.#steps.delete(name);
    if (!isLast) return;
    if (error === undefined) {
      emit({ kind: 'step.completed', time, step, durationMs: time - started, addedBytes: 0 });
    } else emit({ kind: 'step.cancelled', time, step });
  }

  #status(lazy: LazyLayer, current: number, done: boolean): void {
    const step = this.#steps.get(sourceName(lazy))?.step;
    if (step === undefined) return;
    const { digest, size: total } = lazy.descriptor;
    const label = digest.slice(0, 'sha256:'.length + 12);
    const time = this.#options.now();
    this.#options.emit({
      kind: 'step.status',
      time,
      step,
      label,
      current,
      total,
      unit: 'bytes',
      done,
    });
  }
}

function sourceName({ sources }: LazyLayer): string {
  const [source] = sources;
  if (source === undefined) return 'an image';
  if (source.kind === 'objects') return locationName(source);
  return source.kind === 'registry' ? familiarRepository(source) : source.directory;
}
