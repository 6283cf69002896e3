/** Staged situations for `lamina why`: a build, one change, and the cause that the next build must name. */
import type { StepCause } from '../../../src/index.ts';

export interface Situation {
  readonly name: string;
  readonly dockerfile: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  /** Flags of the first build only. */
  readonly earlier?: readonly string[];
  /** What is different the second time; a file that is null is removed. */
  readonly later: {
    readonly dockerfile?: string;
    readonly files?: Readonly<Record<string, string | null>>;
    readonly flags?: readonly string[];
    readonly change?: (directory: string) => void;
    readonly undo?: (directory: string) => void;
  };
  /** Part of the step's name → its cause; null: it is cached. */
  readonly expected: Readonly<Record<string, Partial<StepCause> | null>>;
  /** The change cannot be undone to a hit. */
  readonly isFinal?: boolean;
}

export const A_AND_B = { a: 'one\ntwo\n', b: 'b\n' };
