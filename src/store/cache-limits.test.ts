import { expect, test } from 'vitest';
import { bytesToKeep, defaultCacheLimits } from './cache-limits.ts';

const GB = 1_000_000_000;
const DISK = defaultCacheLimits(1000 * GB);

test('the defaults are those of BuildKit', () => {
  const day = 86_400_000;
  expect(DISK).toEqual({
    ...{ maxBytes: 100 * GB, reservedBytes: 10 * GB, minFreeBytes: 200 * GB, maxAgeMs: 60 * day },
  });
  expect(defaultCacheLimits(50 * GB)).toMatchObject({
    ...{ maxBytes: 40 * GB, reservedBytes: 5 * GB, minFreeBytes: 10 * GB },
  });
});

test.each([
  ['all of a small cache', 20, 500, undefined],
  ['no more than the largest size', 130, 500, 100],
  ['less while the disk lacks free space', 90, 150, 40],
  ['the reserve on a full disk', 90, 0, 10],
  ['all of a cache below the reserve on a full disk', 8, 0, undefined],
])('keeps %s', (_, cache, free, kept) => {
  const state = { cacheBytes: cache * GB, freeBytes: free * GB };
  expect(bytesToKeep(DISK, state)).toBe(kept === undefined ? undefined : kept * GB);
});

test('a largest size below the reserve counts', () => {
  const limits = { ...DISK, maxBytes: 5 };
  expect(bytesToKeep(limits, { cacheBytes: 6, freeBytes: 500 * GB })).toBe(5);
  expect(bytesToKeep(limits, { cacheBytes: 6, freeBytes: 0 })).toBe(5);
});
