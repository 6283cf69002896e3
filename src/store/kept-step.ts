/**
 * The step that failed last, kept to look into: a cache record under a name that no key has, so that its layers stay,
 * are counted and are pruned like others, and a fact of its own layer with what else is known.
 */
import type { FactStore } from './facts.ts';
import type { RecordStore } from './records.ts';
import type { LayerId } from './types.ts';

/** Keys of steps are digests. */
export const KEPT_STEP = 'failed-step';

const FACT = 'failedStep';

export interface KeptStepInput {
  /** All that it needs: its base, its own changes, and file systems that it mounts. */
  readonly layers: readonly LayerId[];
  /** Its changes. */
  readonly ownLayer: LayerId;
  /** Bytes of file content of its changes. */
  readonly bytes: number;
  /** For `system df` and `builder prune`. */
  readonly description: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** JSON. */
  readonly detail: unknown;
}

export class KeptStepStore {
  readonly #records: RecordStore;
  readonly #facts: FactStore;

  constructor(records: RecordStore, facts: FactStore) {
    this.#records = records;
    this.#facts = facts;
  }

  /** Replaces the one before, whose content the next prune removes. Durable after `Store.flush`. */
  put({ layers, ownLayer, bytes, description, time, detail }: KeptStepInput): void {
    this.#facts.put(FACT, ownLayer, detail);
    this.#records.put(KEPT_STEP, {
      ...{ layers, ownLayer, outputKey: KEPT_STEP, description },
      ...{ created: time, addedBytes: bytes },
    });
  }

  /** The caller vouches for the type of the detail, as it put it. Undefined: none is kept. */
  get<T>(): T | undefined {
    const ownLayer = this.#records.get(KEPT_STEP)?.ownLayer;
    return ownLayer === undefined ? undefined : this.#facts.get<T>(FACT, ownLayer);
  }

  /** @returns whether there was one */
  drop(): boolean {
    if (!this.#records.has(KEPT_STEP)) return false;
    this.#records.delete(KEPT_STEP);
    return true;
  }
}
