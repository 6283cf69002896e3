import { expect, it } from 'vitest';
import { jointSignal } from './joint-signal.ts';

it('accepts any number of listeners without a warning', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  const signal = jointSignal(undefined, new AbortController().signal);
  for (let count = 0; count < 20; count++) signal.addEventListener('abort', () => undefined);
  await new Promise((done) => setImmediate(done));
  process.off('warning', note);
  expect(warnings).toEqual([]);
});

it('aborts with the first of its signals, for its reason', () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const signal = jointSignal(one.signal, other.signal);
  expect(signal.aborted).toBe(false);
  other.abort('enough');
  expect(signal.reason).toBe('enough');
});
