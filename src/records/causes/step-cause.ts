/** Instructions that are new, gone or elsewhere, and results that are no longer there. */
import { cause, type StepCause } from '../explanation.ts';
import { type StepPairs, textOf } from '../pair-steps.ts';
import type { BuildRecord, RecordedStep } from '../types.ts';

export interface StepFacts {
  readonly now: BuildRecord;
  readonly before: BuildRecord | undefined;
  readonly pairs: StepPairs;
}

/** Why a step is there that no step of the earlier build is paired with. */
export function newStepCause({ now, before, pairs }: StepFacts, step: RecordedStep): StepCause {
  const steps = before?.steps ?? [];
  if (before?.target !== now.target && !steps.some(({ stage }) => stage === step.stage)) {
    return cause('missing', { after: `stage ${step.stage} was not built for the other target` });
  }
  if (step.stage !== null && before?.unneeded?.includes(step.stage)) {
    return cause('missing', { after: `stage ${step.stage} was not needed before` });
  }
  const paired = new Set(pairs.values());
  const moved = steps.find((one, at) => isSame(one, step) && !paired.has(at));
  if (moved !== undefined) {
    return cause('order', { subject: step.instruction, before: moved.name, after: step.name });
  }
  return cause('definition', { subject: step.instruction, after: step.instruction });
}

/** Why another step is now below one: an instruction that was between them is gone or elsewhere. */
export function goneOrMovedCause({ now, pairs }: StepFacts, old: RecordedStep): StepCause {
  const isMoved = now.steps.some((one, at) => isSame(one, old) && !pairs.has(at));
  if (isMoved) return cause('order', { subject: old.instruction });
  return cause('definition', { subject: old.instruction, before: old.instruction });
}

/** Nothing is different: the result was collected, or never made. */
export function lostResultCause(
  { before }: StepFacts,
  step: RecordedStep,
  old: RecordedStep | undefined,
): StepCause {
  return cause('missing', {
    before: old === undefined ? null : (before?.id ?? null),
    after: whyLost(step, old, before),
  });
}

function whyLost(
  step: RecordedStep,
  old: RecordedStep | undefined,
  before: BuildRecord | undefined,
): string {
  if (step.failed === true && step.key === null) return 'it failed before it was looked up';
  if (old === undefined) return 'never built before';
  if (old.failed === true) return 'it failed in the last build';
  if (before?.outcome !== 'succeeded' && old.layer === null)
    return 'the last build ended before it';
  return 'its result was removed from the store';
}

function isSame(one: RecordedStep, other: RecordedStep): boolean {
  return one.stage === other.stage && textOf(one) === textOf(other);
}
