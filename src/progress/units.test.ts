import { describe, expect, it } from 'vitest';
import { humanDuration, humanSize, progressSize } from './units.ts';

describe('units', () => {
  it.each([
    [0, '0B'],
    [2, '2B'],
    [999, '999B'],
    [1000, '1.00kB'],
    [2050, '2.05kB'],
    [117_580, '117.58kB'],
    [999_999, '1.00MB'],
    [29_180_000, '29.18MB'],
  ])('shows progress of %d bytes as %s', (bytes, text) => {
    expect(progressSize(bytes)).toBe(text);
  });

  it.each([
    [0, '0B'],
    [7_800_000, '7.8MB'],
    [74_800_000, '74.8MB'],
    [123_456_789, '123MB'],
    [999_999, '1MB'],
    [1_234, '1.23kB'],
  ])('shows the size %d as %s', (bytes, text) => {
    expect(humanSize(bytes)).toBe(text);
  });

  it.each([
    [0, '0.0s'],
    [1240, '1.2s'],
    [99_940, '99.9s'],
    [125_000, '2m05s'],
    [3_720_000, '1h02m'],
    [-5, '0.0s'],
  ])('shows %d ms as %s', (milliseconds, text) => {
    expect(humanDuration(milliseconds)).toBe(text);
  });
});
