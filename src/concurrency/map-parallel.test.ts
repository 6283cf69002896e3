import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { mapParallel } from './map-parallel.ts';

test('keeps the order and never does more at once than allowed', async () => {
  let running = 0;
  let most = 0;
  const doubled = await mapParallel(
    [1, 2, 3, 4, 5, 6],
    async (item) => {
      running += 1;
      most = Math.max(most, running);
      await turn();
      running -= 1;
      return item * 2;
    },
    3,
  );
  expect(doubled).toEqual([2, 4, 6, 8, 10, 12]);
  expect(most).toBe(3);
});

test('starts nothing more after a failure and waits for running work', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const work = mapParallel(
    [1, 2, 3, 4],
    async (item) => {
      begun.push(item);
      await turn();
      if (item === 1) throw new Error('one failed');
      await turn();
      ended.push(item);
    },
    2,
  );
  await expect(work).rejects.toThrow('one failed');
  expect(begun).toEqual([1, 2]);
  expect(ended).toEqual([2]);
});
