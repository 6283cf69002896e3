import { expect, it } from 'vitest';
import { plainNumber } from './words.ts';

it.each([
  [0, '0'],
  [1.8e-7, '< 0.01'],
  [0.0123456, '0.0123'],
  [0.5, '0.5'],
  [1234.5, '1,230'],
])('writes %d as %s', (value, text) => {
  expect(plainNumber(value)).toBe(text);
});
