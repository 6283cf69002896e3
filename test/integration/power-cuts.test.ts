/** The short form of `npm run soak:power`. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cutPower } from '../soak/power-cut/power-cuts.ts';
import { busybox, COMMAND } from '../support/cli.ts';

it('a power cut at any change of the store loses no complete image, and the next build succeeds', async () => {
  const seed = Math.trunc(Date.now() / 1000);
  const { faults, states, changes, mended } = await cutPower({
    ...{ command: COMMAND, library: join(COMMAND, '../../lib/index.js'), busybox: busybox() },
    ...{ seed, most: 25 },
  });
  expect(faults, `seed ${seed}`).toEqual([]);
  expect(states).toBe(25);
  expect(changes).toBeGreaterThan(300);
  // Records of builds are not synced; nothing else needs mending.
  const kinds = [...mended.keys()].filter(
    (what) => !/^\/(?:builds\/|version: it is missing)/.test(what),
  );
  expect(kinds).toEqual([]);
});
