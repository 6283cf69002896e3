/** The short form of the lost disks of `npm run soak:disks`. */
import { expect, it } from 'vitest';
import { loseDisks } from '../soak/io-errors/lost-disks.ts';
import { busybox, COMMAND } from '../support/cli.ts';

it('a disk that becomes read-only, fails or is unmounted in a build gives an error with a code, and comes back whole', async () => {
  const seed = Math.trunc(Date.now() / 1000);
  const { faults, losses } = await loseDisks({
    ...{ command: COMMAND, busybox: busybox(), seed, most: 4 },
  });
  expect(faults, `seed ${seed}`).toEqual([]);
  expect(losses).toBe(4);
});
