import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { SegmentFinder } from './segment-finder.ts';

test('an offset is found in the last segment that starts at it or before, in any order of lookups', () => {
  const starts = fc
    .uniqueArray(fc.integer({ min: 1, max: 80 }), { maxLength: 40 })
    .map((rest) => [0, ...rest.sort((a, b) => a - b)]);
  void fc.assert(
    fc.property(starts, fc.array(fc.nat(100)), (starts, offsets) => {
      const finder = new SegmentFinder(starts);
      for (const offset of offsets) {
        const segment = finder.find(offset);
        expect(segment).toBe(starts.findLastIndex((start) => start <= offset));
        expect(finder.startOf(segment)).toBe(starts[segment]);
      }
    }),
  );
});
