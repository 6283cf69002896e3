import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { AbortedError, AppError } from '../errors.ts';
import { keepAbortReason } from './abort-reason.ts';

const REASON = new Error('too slow');
const stopped = AbortSignal.abort(REASON);

it.each([
  ['an AbortedError', () => Promise.reject(new AbortedError('the build was cancelled'))],
  ['the reason itself', () => Promise.reject(REASON)],
  ['what Node rejects with', () => delay(1, undefined, { signal: stopped })],
  [
    'a failure to clean up',
    () => Promise.reject(Object.assign(new Error('x'), { suppressed: REASON })),
  ],
])('the reason is the cause of what a call ends with: %s', async (_name, work) => {
  const error = await keepAbortReason(stopped, work).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(AbortedError);
  expect(error).toMatchObject({ code: 'BUILD_CANCELLED', cause: REASON });
});

it('a call whose signal has ended is not begun', async () => {
  const error = await keepAbortReason(stopped, () => Promise.resolve(1)).catch((one) => one);
  expect(error).toMatchObject({ code: 'BUILD_CANCELLED', cause: REASON });
});

it('another error passes unchanged', async () => {
  const other = new AppError('IMAGE_NOT_FOUND', 'something else');
  const controller = new AbortController();
  const work = async () => {
    controller.abort(REASON);
    throw other;
  };
  await expect(keepAbortReason(controller.signal, work)).rejects.toBe(other);
  await expect(keepAbortReason(undefined, () => Promise.reject(other))).rejects.toBe(other);
  await expect(keepAbortReason(undefined, () => Promise.resolve(1))).resolves.toBe(1);
});
