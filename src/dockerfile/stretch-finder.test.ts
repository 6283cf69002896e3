import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { StretchFinder } from './stretch-finder.ts';

test('an offset is found in the last stretch that begins at it or before, whatever was asked for before', () => {
  const starts = fc
    .uniqueArray(fc.integer({ min: 1, max: 80 }), { maxLength: 40 })
    .map((rest) => [0, ...rest.sort((a, b) => a - b)]);
  void fc.assert(
    fc.property(starts, fc.array(fc.nat(100)), (starts, offsets) => {
      const finder = new StretchFinder(starts);
      for (const offset of offsets) {
        const stretch = finder.find(offset);
        expect(stretch).toBe(starts.findLastIndex((start) => start <= offset));
        expect(finder.startOf(stretch)).toBe(starts[stretch]);
      }
    }),
  );
});
