/** The simulation behind docs/scale.md. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { costOf, defaultCosts } from '../bench/company/costs.ts';
import { type Routing, simulate } from '../bench/company/simulate.ts';
import { dayOfBuilds } from '../bench/company/workload.ts';

const day = (seed: number) => dayOfBuilds({ buildsPerDay: 300, repositories: 20, seed });
const fleet = (routing: Routing, builders: number) => ({
  routing,
  builders,
  slots: 2,
  stored: 10,
  patience: 10,
});

it('is the same each time', () => {
  expect(day(7)).toEqual(day(7));
  expect(day(7)).not.toEqual(day(8));
});

it('a build never starts before it is asked for, and more builders never wait longer in all', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 1, max: 5 }),
      (seed, builders) => {
        const few = simulate(day(seed), fleet('fresh', builders), defaultCosts);
        const more = simulate(day(seed), fleet('fresh', builders + 1), defaultCosts);
        expect(few.wait[0]).toBeGreaterThanOrEqual(0);
        expect(more.wait[1]).toBeLessThanOrEqual(few.wait[1]);
        expect(few.work).toBeCloseTo(300 * costOf('base', 'nowhere', defaultCosts).seconds);
      },
    ),
  );
});

it('what is cached nearer costs less', () => {
  const [fresh, registry, own] = (['fresh', 'fresh-registry', 'own'] as const).map((routing) =>
    simulate(day(1), fleet(routing, 4), defaultCosts),
  );
  expect(fresh?.hitRate).toBe(0);
  expect(registry?.work).toBeLessThan(fresh?.work ?? 0);
  expect(own?.work).toBeLessThan(registry?.work ?? 0);
});
