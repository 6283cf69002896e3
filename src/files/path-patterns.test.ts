import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBytes } from './name-text.ts';
import { cleanPattern, PathPatterns } from './path-patterns.ts';

type Case = readonly [patterns: string, path: string, matched: boolean];

/** Patterns are separated by spaces. */
const cases: readonly Case[] = [
  ['foo', 'foo', true],
  ['foo', 'foo/bar', true],
  ['foo', 'x/foo', false],
  ['foo', 'foobar', false],
  ['foo/', 'foo/bar', true],
  ['./foo', 'foo', true],
  ['*', 'foo', true],
  ['*', 'foo/bar', true],
  ['*.go', 'a.go', true],
  ['*.go', 'x/a.go', false],
  ['*/*.go', 'x/a.go', true],
  ['?', 'a', true],
  ['?', 'ü', true],
  ['?', 'ab', false],
  ['a?c', 'a/c', false],
  ['[a-c]x', 'bx', true],
  ['[^a-c]x', 'bx', false],
  ['a\\*', 'a*', true],
  ['a\\*', 'ab', false],
  ['a.b', 'axb', false],
  ['a+(b)|$', 'a+(b)|$', true],
  ['**', 'a/b/c', true],
  ['**/foo', 'foo', true],
  ['**/foo', 'a/b/foo', true],
  ['**/foo', 'a/b/foo/c', true],
  ['**/foo', 'xfoo', false],
  ['**foo', 'xfoo', true],
  ['**/*.go', 'a/b/c.go', true],
  ['**/*.go', 'c.go', true],
  ['foo/**', 'foo', false],
  ['foo/**', 'foo/bar', true],
  ['foo/**', 'foobar', false],
  ['foo**', 'foobar/x', true],
  ['a/**/b', 'a/b', true],
  ['a/**/b', 'a/x/y/b', true],
  ['a/**/b', 'ab', false],
  ['a/**/b', 'a/xb', false],
  ['**/a/**', 'x/a/y', true],
  ['**/a/**', 'x/a', false],
  ['**/*.txt !**/keep.txt', 'd/a.txt', true],
  ['**/*.txt !**/keep.txt', 'd/keep.txt', false],
  ['foo !foo/bar', 'foo', true],
  ['foo !foo/bar', 'foo/x', true],
  ['foo !foo/bar', 'foo/bar', false],
  ['foo !foo/bar', 'foo/bar/deep', false],
  ['foo !foo/bar foo/bar/deep', 'foo/bar/deep', true],
  ['!foo foo', 'foo', true],
  ['* !foo', 'foo', false],
  ['* !foo', 'foo/x', false],
  ['* !foo', 'bar', true],
  ['* !*.md', 'a.md', false],
  ['* !*.md', 'd/a.md', true],
  ['* !**/*.md', 'd/a.md', false],
  ['[[:alpha:]]', 'q', true],
  ['[[:alpha:]]', '1', false],
  ['[[:^alpha:]_-z]', '1', true],
  ['[[:^alpha:]]', 'Q', false],
  ['[^[:digit:][:upper:]]', 'q', true],
  ['[^[:digit:][:upper:]]', '4', false],
  ['docs !docs/*.md docs/secret.md', 'docs/a.md', false],
  ['docs !docs/*.md docs/secret.md', 'docs/secret.md', true],
];

describe('PathPatterns', () => {
  it.each([
    ['ok [z-a]', "the range 'z-a' is reversed"],
    ['ok !**/x[9-0]', "the range '9-0' is reversed"],
    ['ok [[:letter:]]', "unknown character class 'letter'"],
  ])('refuse %j', (patterns, reason) => {
    expect(() => new PathPatterns(patterns.split(' '))).toThrowError(
      expect.objectContaining({
        code: 'PATTERN_INVALID',
        message: expect.stringContaining(reason),
        details: expect.objectContaining({ index: 1 }),
      }),
    );
  });

  it.each(cases)('%j on %j: %j', (patterns, path, matched) => {
    expect(new PathPatterns(patterns.split(' ')).decide(toBytes(path)).matched).toBe(matched);
  });

  it('names the pattern that decided', () => {
    const patterns = new PathPatterns(['*.a', 'dir', '!dir/keep', 'dir/keep/not']);
    expect(patterns.decide('x.a').decidedBy).toBe(0);
    expect(patterns.decide('dir/deep/x').decidedBy).toBe(1);
    expect(patterns.decide('dir/keep/x').decidedBy).toBe(2);
    expect(patterns.decide('dir/keep/not/x').decidedBy).toBe(3);
    expect(patterns.decide('other').decidedBy).toBeUndefined();
  });

  it('matches names that are no UTF-8 and names with newlines', () => {
    expect(new PathPatterns(['*.bin']).decide('\xff\xfe.bin').matched).toBe(true);
    expect(new PathPatterns(['a/**/b']).decide('a/x\ny/b').matched).toBe(true);
    expect(new PathPatterns(['*.bin']).decide('a\n.bin').matched).toBe(true);
  });

  it.each([['!'], ['a', '! '], ['['], ['a['], ['a\\']])('rejects %j', (...patterns) => {
    expect(() => new PathPatterns(patterns)).toThrowError(/pattern/);
  });

  it('knows below which directories an exception can matter', () => {
    const patterns = new PathPatterns(['*', '!src/lib/*.ts', '!docs/api']);
    expect(patterns.mayTakeBackBelow('src')).toBe(true);
    expect(patterns.mayTakeBackBelow('src/lib')).toBe(true);
    expect(patterns.mayTakeBackBelow('src/library')).toBe(false);
    expect(patterns.mayTakeBackBelow('docs')).toBe(true);
    expect(patterns.mayTakeBackBelow('node_modules')).toBe(false);
    expect(new PathPatterns(['*', '!**/keep']).mayTakeBackBelow('node_modules')).toBe(true);
  });

  it('agrees with a model that tries every way', () => {
    const part = fc.constantFrom('a', 'b', 'ab', '*', '?', '**', 'a*', '[ab]', '*b', '*a*b*');
    const pattern = fc
      .tuple(fc.boolean(), fc.array(part, { minLength: 1, maxLength: 4 }))
      .map(([negated, parts]) => `${negated ? '!' : ''}${parts.join('/')}`);
    const path = fc
      .array(fc.constantFrom('a', 'b', 'ab', 'ba', 'c'), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join('/'));
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 4 }), path, (patterns, name) => {
        expect(new PathPatterns(patterns).decide(name).matched).toBe(model(patterns, name));
      }),
      { numRuns: 5000 },
    );
  });
});

/**
 * A model of the rules: walk down the path; at each level a pattern applies if it applied above, or if it could change
 * the verdict so far and matches; the last one that applies decides.
 */
function model(patterns: readonly string[], path: string): boolean {
  const names = path.split('/');
  let held = new Set<number>();
  let verdict = false;
  for (let depth = 1; depth <= names.length; depth++) {
    const here = new Set<number>();
    verdict = false;
    for (const [index, pattern] of patterns.entries()) {
      const negated = pattern.startsWith('!');
      const body = (negated ? pattern.slice(1) : pattern).split('/');
      const holds =
        held.has(index) || (negated === verdict && fits(body, names.slice(0, depth).join('/')));
      if (!holds) continue;
      here.add(index);
      verdict = !negated;
    }
    held = here;
  }
  return verdict;
}

/** Whether parts of a pattern match the whole path. */
function fits(parts: readonly string[], path: string): boolean {
  const [part, ...rest] = parts;
  if (part === undefined) return false;
  if (part === '**') {
    if (rest.length === 0) return true;
    if (fits(rest, path)) return true;
    return slashes(path).some((at) => fits(rest, path.slice(at + 1)));
  }
  const name = path.split('/')[0] ?? '';
  if (!fitsName([...part], [...name])) return false;
  if (rest.length === 0) return name === path;
  // A final `**` needs the slash before it but may match nothing; no path ends in a slash.
  return name !== path && fits(rest, path.slice(name.length + 1));
}

function slashes(path: string): number[] {
  return [...path].flatMap((character, index) => (character === '/' ? [index] : []));
}

function fitsName(pattern: readonly string[], name: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return name.length === 0;
  if (first === '*') {
    return fitsName(rest, name) || (name.length > 0 && fitsName(pattern, name.slice(1)));
  }
  if (name.length === 0) return false;
  if (first === '[') {
    const end = pattern.indexOf(']');
    const inside = pattern.slice(1, end);
    return inside.includes(name[0] ?? '') && fitsName(pattern.slice(end + 1), name.slice(1));
  }
  return (first === '?' || first === name[0]) && fitsName(rest, name.slice(1));
}

describe('cleanPattern', () => {
  it.each([
    ['a/b/', 'a/b'],
    ['a//b', 'a/b'],
    ['a/./b', 'a/b'],
    ['a/../b', 'b'],
    ['../b', '../b'],
    ['/../b', '/b'],
    ['a/..', '.'],
    ['/', '/'],
    ['', '.'],
  ])('%j becomes %j', (written, clean) => {
    expect(cleanPattern(written)).toBe(clean);
  });
});
