import { expect, test } from 'vitest';
import { formatTime, parseTime } from './go-time.ts';

test.each([
  [0, '1970-01-01T00:00:00Z'],
  [1_700_000_000_000, '2023-11-14T22:13:20Z'],
  [1_700_000_000_120, '2023-11-14T22:13:20.12Z'],
  [1_700_000_000_007, '2023-11-14T22:13:20.007Z'],
])('%d is written as %s', (time, text) => {
  expect(formatTime(time)).toBe(text);
  expect(parseTime(text)).toBe(time);
});

test('reads nanoseconds and ignores invalid times', () => {
  expect(parseTime('2023-11-14T22:13:20.123456789Z')).toBe(1_700_000_000_123);
  expect(parseTime('0001-01-01T00:00:00Z')).toBeUndefined();
  expect(parseTime('yesterday')).toBeUndefined();
  expect(parseTime(undefined)).toBeUndefined();
});
