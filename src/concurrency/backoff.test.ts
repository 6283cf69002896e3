import { expect, test } from 'vitest';
import { AbortedError } from '../errors.ts';
import { Backoff } from './backoff.ts';

test('a pause ends with the signal, and none begins after it', async () => {
  const backoff = new Backoff({ firstMs: 1e9, longestMs: 1e9 });
  const stop = new AbortController();
  const paused = backoff.pause(stop.signal);
  stop.abort();
  await expect(paused).rejects.toThrow(AbortedError);
  await expect(backoff.pause(stop.signal)).rejects.toThrow(AbortedError);
});

test('pauses end', async () => {
  const backoff = new Backoff({ firstMs: 1, longestMs: 2 });
  for (let attempt = 0; attempt < 4; attempt++) {
    await expect(backoff.pause()).resolves.toBeUndefined();
  }
});
