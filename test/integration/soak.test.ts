/** The short form of `npm run soak`. */
import { expect, it } from 'vitest';
import { soak } from '../soak/soak.ts';
import { busybox, COMMAND } from '../support/cli.ts';

it('many commands at once on one store of a busy machine end without a fault', async () => {
  const { faults, builds } = await soak({
    ...{ command: COMMAND, builds: 130, atOnce: 8, burners: 1, busybox: busybox() },
    seed: Math.trunc(Date.now() / 1000),
  });
  expect(faults).toEqual([]);
  expect(builds).toBeGreaterThanOrEqual(130);
});
