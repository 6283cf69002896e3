/** A scenario: new data, builds that are not measured, and one that is. */
import type { BuildRequest } from './builders.ts';

export interface Turn {
  /** An empty directory for this round. */
  readonly directory: string;
  /** Different in each round and run, so that no builder has seen the content before. */
  readonly seed: string;
}

export interface Prepared {
  /** Built by every builder first, without measuring. */
  readonly before?: readonly BuildRequest[] | undefined;
  /** Called once, between these builds and the measured one. */
  readonly change?: (() => void) | undefined;
  readonly measured: BuildRequest;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** Default number of measurements for each builder. */
  readonly times: number;
  /** Creates the inputs of all builders for one round. */
  prepare(turn: Turn): Prepared;
}
