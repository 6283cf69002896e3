import { describe, expect, it } from 'vitest';
import { duration, moment } from './time-filter.ts';

const NOW = Date.parse('2026-06-15T12:00:00Z');
const HOUR = 3_600_000;

it.each([
  ['24h', 24 * HOUR],
  ['1h30m', 1.5 * HOUR],
  ['10m', HOUR / 6],
  ['1.5h', 1.5 * HOUR],
  ['2d', 48 * HOUR],
  ['500ms', 500],
  ['24', undefined],
  ['h', undefined],
  ['', undefined],
])('the duration %j', (text, expected) => {
  expect(duration(text)).toBe(expected);
});

describe('a moment', () => {
  it.each([
    ['24h', NOW - 24 * HOUR],
    ['2026-06-01', Date.parse('2026-06-01T00:00:00Z')],
    ['2026-06-01T10:00:00Z', Date.parse('2026-06-01T10:00:00Z')],
    ['2026-06-01T10:00:00+02:00', Date.parse('2026-06-01T08:00:00Z')],
    ['1700000000', 1_700_000_000_000],
  ])('%j', (text, expected) => {
    expect(moment(text, NOW)).toBe(expected);
  });

  it.each(['yesterday', '2026-13-01', '', '12'])('is not %j', (text) => {
    expect(() => moment(text, NOW)).toThrow(expect.objectContaining({ code: 'CLI_FLAG_VALUE' }));
  });
});
