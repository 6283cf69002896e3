import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Budget, BudgetFault, matchAt, parsePattern, reversePattern, search } from './pattern.ts';

const patterns = fc.array(fc.constantFrom('a', 'b', '*', '?', '\n', '\\*', '😀'), { maxLength: 6 });
const values = fc
  .array(fc.constantFrom('a', 'b', '*', '\n', '😀'), { maxLength: 9 })
  .map((parts) => parts.join(''));

/** The same pattern as a regular expression, which backtracks to the longest or shortest match. */
function regularExpression(parts: readonly string[], longest: boolean, flags: string): RegExp {
  const source = parts.map((part) => {
    if (part === '*') return longest ? '[^\\n]*' : '[^\\n]*?';
    if (part === '?') return '[^\\n]';
    return part === '\n' ? '\\n' : part;
  });
  return new RegExp(source.join(''), `u${flags}`);
}

describe('matching agrees with regular expressions', () => {
  test('at the start of a value', () => {
    fc.assert(
      fc.property(patterns, values, fc.boolean(), (parts, text, longest) => {
        const value = Array.from(text);
        const request = { value, start: 0, longest, budget: new Budget() };
        const end = matchAt(parsePattern(parts.join('')), request);
        const expected = regularExpression(parts, longest, 'y').exec(text)?.[0];
        expect(end < 0 ? undefined : value.slice(0, end).join('')).toBe(expected);
      }),
      { numRuns: 3000 },
    );
  });

  test('anywhere in a value', () => {
    fc.assert(
      fc.property(patterns, values, (parts, text) => {
        const value = Array.from(text);
        const found = search(parsePattern(parts.join('')), value, 0, new Budget());
        const expected = regularExpression(parts, true, '').exec(text);
        expect(found && value.slice(found.start, found.end).join('')).toBe(expected?.[0]);
        expect(found && value.slice(0, found.start).join('').length).toBe(expected?.index);
      }),
      { numRuns: 3000 },
    );
  });
});

test('a pattern turned round twice is the same', () => {
  const pattern = parsePattern('ab*\\*?c**');
  expect(reversePattern(reversePattern(pattern))).toEqual(pattern);
});

test('escapes protect wildcards and delimiters only', () => {
  expect(parsePattern('\\*\\?\\\\\\}\\/').segments).toEqual([['*', '?', '\\', '}', '/']]);
  expect(() => parsePattern('\\a')).toThrow('invalid escape');
  expect(() => parsePattern('a\\')).toThrow('invalid escape');
});

describe('the cost of a match', () => {
  test('is bounded by the value and not by the number of stars', () => {
    const value = Array.from('a'.repeat(1000));
    const pattern = parsePattern(`${'*a'.repeat(400)}b`);
    const budget = new Budget(20_000);
    expect(search(pattern, value, 0, budget)).toBeUndefined();
  });

  test('is aborted at the limit of steps', () => {
    const value = Array.from('a'.repeat(20_000));
    const pattern = parsePattern(`${'a'.repeat(10_000)}b`);
    expect(() => search(pattern, value, 0, new Budget())).toThrow(BudgetFault);
  });
});
