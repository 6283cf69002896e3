/** A row of the table: new data, tasks that are not measured, and one that is. */
import type { Task } from './builders/builder.ts';
import type { Workshop } from './workshop.ts';

export interface Turn {
  /** An empty directory for this round. */
  readonly directory: string;
  /** Different in each round and run, so that no builder has seen the content before. */
  readonly seed: string;
  /** A number of files, steps or bytes in the scale of this run; at least 1. */
  readonly size: (full: number) => number;
  /** Makes images, and starts registries, for this round. */
  readonly workshop: Workshop;
}

export interface Prepared {
  /** Done by every builder first, without measuring. */
  readonly before?: readonly Task[] | undefined;
  /** Called once, between these tasks and the measured one. */
  readonly change?: (() => void) | undefined;
  /** The measured task; of a push each builder has its own. */
  readonly measured: Task | ((builder: string) => Promise<Task>);
}

export interface Row {
  readonly name: string;
  readonly title: string;
  /** Default number of measurements for each builder. */
  readonly times: number;
  /** Rows of one family differ in one number: the curve of its times is drawn. */
  readonly family?:
    | { readonly name: string; readonly n: number; readonly isScaled: boolean }
    | undefined;
  /** Creates the inputs of all builders for one round. */
  prepare(turn: Turn): Prepared | Promise<Prepared>;
}
