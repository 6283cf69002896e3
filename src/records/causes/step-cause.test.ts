import { expect, it } from 'vitest';
import { recordOf, stepOf } from '../../../test/support/build-records.ts';
import { lostResultCause } from './step-cause.ts';

const MADE = { layer: 'layer' };

it.each([
  ['removed', 'succeeded', MADE, 'its result was removed from the store'],
  ['of a build that failed at it', 'failed', { failed: true }, 'it failed in the last build'],
  ['of a build that failed elsewhere', 'failed', {}, 'the last build ended before it'],
  ['made by a build that failed', 'failed', MADE, 'its result was removed from the store'],
] as const)('says what became of the result of a step: %s', (_, outcome, parts, after) => {
  const old = stepOf('one', parts);
  const before = recordOf([old], { id: 'before', outcome });
  const facts = { now: recordOf([stepOf('one')]), before, pairs: new Map([[0, 0]]) };
  const cause = lostResultCause(facts, stepOf('one'), old);
  expect(cause).toMatchObject({ kind: 'missing', before: 'before', after });
});
