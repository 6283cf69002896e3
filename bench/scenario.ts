/** What a scenario is: fresh data, builds that are not measured, and one that is. */
import type { BuildRequest } from './builders.ts';

export interface Turn {
  /** Empty, for this turn alone. */
  readonly directory: string;
  /** Differs from turn to turn and from run to run, so that no builder finds content it saw before. */
  readonly seed: string;
}

export interface Prepared {
  /** Built by every builder before, unmeasured. */
  readonly before?: readonly BuildRequest[] | undefined;
  /** Called between what comes before and what is measured, once. */
  readonly change?: (() => void) | undefined;
  readonly measured: BuildRequest;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** How often each builder is measured, unless the command line says otherwise. */
  readonly times: number;
  /** Makes the inputs that all builders get in one turn. */
  prepare(turn: Turn): Prepared;
}
