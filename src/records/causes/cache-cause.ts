/** Caches of other machines that had no result for a step. */
import { cause, type StepCause } from '../explanation.ts';
import type { BuildRecord, RecordedAnswer, RecordedStep } from '../types.ts';

/** What each cache was asked and answered; undefined: no cache was imported. */
export function cacheCause(
  { cacheFrom, cacheAnswers = [] }: BuildRecord,
  step: RecordedStep,
): StepCause | undefined {
  if (cacheFrom.length === 0) return undefined;
  const texts = cacheFrom.map((name, index) => {
    const text = answerText(cacheAnswers[index], step.heldBy?.includes(index) === true);
    return cacheFrom.length === 1 ? text : `${name}: ${text}`;
  });
  const asked = step.key === null ? 'asked' : `asked for ${step.key.slice(-64, -52)}`;
  return cause('cache', { subject: cacheFrom.join(' '), after: `${asked}: ${texts.join('; ')}` });
}

function answerText(answer: RecordedAnswer | undefined, isHeld: boolean): string {
  const reason = answer?.reason === null ? '' : `: ${answer?.reason}`;
  switch (answer?.answer) {
    case 'empty':
      return 'has no cache yet';
    case 'unreadable':
      return `cannot be read${reason}`;
    case 'lost':
      return `a layer is not available${reason}`;
    case 'read': {
      const count = answer.results === 1 ? '1 result' : `${answer.results} results`;
      return isHeld
        ? `has this instruction with other inputs, in ${count}`
        : `has ${count}, none of this step`;
    }
    default:
      return 'has no result for this step';
  }
}
