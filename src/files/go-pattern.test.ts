import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasWildcard, matchGoPattern, type PatternToken, parseGoPattern } from './go-pattern.ts';
import { decodeName, toBytes } from './name-text.ts';

const matches: readonly (readonly [pattern: string, name: string])[] = [
  ['', ''],
  ['abc', 'abc'],
  ['*', ''],
  ['*', 'abc'],
  ['*c', 'abc'],
  ['a*', 'a'],
  ['a*', 'abc'],
  ['a*/b', 'abc/b'],
  ['a*b*c*d*e*/f', 'axbxcxdxe/f'],
  ['a*b?c*x', 'abxbbxdbxebxczzx'],
  ['ab[c]', 'abc'],
  ['ab[b-d]', 'abc'],
  ['ab[^e-g]', 'abc'],
  ['a\\*b', 'a*b'],
  ['a?b', 'a☺b'],
  ['a[^a]b', 'a☺b'],
  ['[a-ζ]*', 'α'],
  ['[\\]a]', ']'],
  ['[\\-]', '-'],
  ['[x\\-]', 'x'],
  ['*ü*', 'grün'],
];

const differs: readonly (readonly [pattern: string, name: string])[] = [
  ['', 'a'],
  ['a', ''],
  ['a*', 'ab/c'],
  ['*', 'a/b'],
  ['a*/b', 'a/c/b'],
  ['a?b', 'a/b'],
  ['a*b*c*d*e*/f', 'axbxcxdxexxx/fff'],
  ['a*b?c*x', 'abxbbxdbxebxczzy'],
  ['ab[e-g]', 'abc'],
  ['ab[^c]', 'abc'],
  ['a\\*b', 'ab'],
  ['a???b', 'a☺b'],
  ['*x', 'xxy'],
  ['**', 'a/b'],
];

const broken = [
  '[]a]',
  '[-]',
  '[x-]',
  '[-x]',
  '[a-b-c]',
  '[',
  '[^',
  '[^bc',
  'a[',
  'a\\',
  '[]',
  '[z-a]',
  'x[^z-a]',
  '[a-cz-x]',
];

describe('matchGoPattern', () => {
  it.each(matches)('%j matches %j', (pattern, name) => {
    expect(matchGoPattern(toBytes(pattern), toBytes(name))).toBe(true);
  });

  it.each(differs)('%j does not match %j', (pattern, name) => {
    expect(matchGoPattern(toBytes(pattern), toBytes(name))).toBe(false);
  });

  it.each(broken)('%j is no pattern', (pattern) => {
    expect(() => matchGoPattern(pattern, 'a')).toThrowError(/invalid pattern/);
  });

  it('treats a byte that is not UTF-8 as one character', () => {
    expect(matchGoPattern('a?b', 'a\xffb')).toBe(true);
    expect(matchGoPattern('a?b', 'a\xff\xfeb')).toBe(false);
  });

  it('matches newlines like any character', () => {
    expect(matchGoPattern('a*b', 'a\n\nb')).toBe(true);
  });

  it('agrees with trying every way', () => {
    const letters = fc.constantFrom('a', 'b', '/', '*', '?', '[ab]', '[^a]', '\\*', 'ü');
    const pattern = fc.array(letters, { maxLength: 8 }).map((parts) => parts.join(''));
    const name = fc
      .array(fc.constantFrom('a', 'b', '/', '*', 'ü'), { maxLength: 8 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(pattern, name, (written, text) => {
        // If a class matches a slash, Go does not backtrack to an earlier star: see the next test.
        fc.pre(!written.includes('[^a]') || !text.includes('/'));
        const tokens = parseGoPattern(toBytes(written));
        const expected = everyWay(tokens, [...text]);
        expect(matchGoPattern(toBytes(written), toBytes(text))).toBe(expected);
      }),
      { numRuns: 3000 },
    );
  });

  it('stays with the first match of a class, as Go does', () => {
    expect(matchGoPattern('*[^a]*', 'b/')).toBe(false);
  });

  it('is not led into exponential work', () => {
    const name = 'a'.repeat(5000);
    expect(matchGoPattern(`${'*a'.repeat(50)}b`, name)).toBe(false);
  });
});

/** A model: a star is empty, or matches one character other than a slash and remains. */
function everyWay(tokens: readonly PatternToken[], name: readonly string[]): boolean {
  const [token, ...rest] = tokens;
  if (token === undefined) return name.length === 0;
  const [character, ...others] = name;
  if (token.kind === 'star') {
    if (everyWay(rest, name)) return true;
    return character !== undefined && character !== '/' && everyWay(tokens, others);
  }
  if (character === undefined) return false;
  const code = character.codePointAt(0) ?? 0;
  const fits =
    token.kind === 'literal'
      ? token.character === character
      : token.kind === 'any'
        ? character !== '/'
        : token.ranges.some(({ low, high }) => low <= code && code <= high) !== token.negated;
  return fits && everyWay(rest, others);
}

describe('hasWildcard', () => {
  it.each([
    ['a*', true],
    ['a?', true],
    ['[a', true],
    ['a', false],
    ['a\\*', false],
    ['a\\\\*', true],
    ['a]', false],
  ] as const)('%j: %j', (pattern, expected) => {
    expect(hasWildcard(pattern)).toBe(expected);
  });
});

describe('decodeName', () => {
  it('never gives two byte names the same text', () => {
    const bytes = fc.uint8Array({ maxLength: 8 });
    const latin1 = (value: Uint8Array): string => Buffer.from(value).toString('latin1');
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const same = latin1(a) === latin1(b);
        expect(decodeName(latin1(a)) === decodeName(latin1(b))).toBe(same);
      }),
    );
  });
});
