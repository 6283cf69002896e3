/** The short form of `npm run soak`: eight commands at once keep the machine of the tests busy without help. */
import { expect, it } from 'vitest';
import { soak } from '../soak/soak.ts';
import { busybox, COMMAND } from '../support/cli.ts';

it('many commands at once on one store of a busy machine end without a fault', async () => {
  const { faults, builds } = await soak({
    ...{ command: COMMAND, builds: 80, atOnce: 8, burners: 0, busybox: busybox() },
    seed: Math.trunc(Date.now() / 1000),
  });
  expect(faults).toEqual([]);
  expect(builds).toBeGreaterThanOrEqual(80);
});
