/** The short form of `npm run soak:disks`. */
import { expect, it } from 'vitest';
import { failDisks } from '../soak/io-errors/io-errors.ts';
import { busybox, COMMAND } from '../support/cli.ts';

it('a disk that fails or is full at any call gives an error with a code, and the store stays whole', async () => {
  const seed = Math.trunc(Date.now() / 1000);
  const { faults, failures } = await failDisks({
    ...{ command: COMMAND, busybox: busybox(), seed, most: 8 },
  });
  expect(faults, `seed ${seed}`).toEqual([]);
  expect(failures).toBe(8);
});
