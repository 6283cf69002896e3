/** Why the steps of a build ran, as data: the shape that `lamina why --format json` prints. */
import type { StepStatus } from './types.ts';

/** What made a step run. A value of a build argument is `arg`, whatever changed it. */
export type StepCauseKind =
  | 'file'
  | 'arg'
  | 'env'
  | 'base'
  | 'parent'
  | 'definition'
  | 'mount'
  | 'secret'
  | 'ignore'
  | 'platform'
  | 'order'
  | 'forced'
  | 'missing'
  | 'cache';

/** The first cause for which a step ran. */
export interface StepCause {
  readonly kind: StepCauseKind;
  /** The file, variable, base, flag or word at fault. */
  readonly subject: string | null;
  /** What it was when the step was built before; null: it was not there. */
  readonly before: string | null;
  /** What it is now; null: it is not there any more. */
  readonly after: string | null;
  /** Of a step that ran only because of another one: the name of the step where it began. */
  readonly from: string | null;
}

/** A step, and why it ran. */
export interface ExplainedStep {
  readonly name: string;
  /** 1-based, in the Dockerfile. */
  readonly line: number | null;
  readonly status: StepStatus;
  readonly milliseconds: number;
  /** Null for a step that did not run. */
  readonly cause: StepCause | null;
}

/** Why the steps of a build ran, compared with an earlier build. */
export interface Explanation {
  /** Id of the build. */
  readonly build: string;
  /** Id of the build it is compared with; null: there is no earlier one. */
  readonly against: string | null;
  readonly dockerfile: string;
  readonly target: string;
  /** Milliseconds since the epoch. */
  readonly started: number;
  readonly milliseconds: number;
  /** In the order of the Dockerfile. */
  readonly steps: readonly ExplainedStep[];
  /** What would make the next builds faster, from what happened in the last ones. */
  readonly advice: readonly string[];
}

export function cause(
  kind: StepCauseKind,
  parts: Partial<Omit<StepCause, 'kind'>> = {},
): StepCause {
  return { kind, subject: null, before: null, after: null, from: null, ...parts };
}
