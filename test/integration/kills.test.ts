/** The short form of `npm run soak:kills`. */
import { expect, it } from 'vitest';
import { killMany } from '../soak/kills.ts';
import { busybox, COMMAND } from '../support/cli.ts';

it('commands that are killed at any moment lose nothing and leave nothing behind', async () => {
  const { faults, killed, killedAtChanges } = await killMany({
    ...{ command: COMMAND, busybox: busybox(), kills: 16, atChanges: 6 },
    seed: Math.trunc(Date.now() / 1000),
  });
  expect(faults).toEqual([]);
  expect(killed).toBe(16);
  expect(killedAtChanges).toBeGreaterThanOrEqual(4);
});
