import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { IgnoreMatcher, parseDockerignore } from './dockerignore.ts';

describe('parseDockerignore', () => {
  it('drops comments, blank lines, blanks around patterns, and slashes at both ends', () => {
    const text = '\ufeff# comment\n\n  node_modules/  \r\n/abs\n! /keep/this\n  # no comment\n';
    const patterns = parseDockerignore(text).patterns.map(({ pattern, line }) => [line, pattern]);
    expect(patterns).toEqual([
      [3, 'node_modules'],
      [4, 'abs'],
      [5, '!keep/this'],
      [6, '# no comment'],
    ]);
  });

  it('cleans paths', () => {
    const clean = (text: string): (string | undefined)[] =>
      parseDockerignore(text).patterns.map(({ pattern }) => pattern);
    expect(clean('./a/../b//c/.')).toEqual(['b/c']);
    expect(clean('.')).toEqual(['.']);
    expect(clean('/')).toEqual(['/']);
    expect(clean('../x')).toEqual(['../x']);
  });
});

describe('IgnoreMatcher', () => {
  it('says which line decided', () => {
    const matcher = new IgnoreMatcher(parseDockerignore('*.log\n\n!keep.log\nbuild\n'));
    expect(matcher.decide('a.log').decidedBy?.line).toBe(1);
    expect(matcher.decide('keep.log')).toMatchObject({ ignored: false, decidedBy: { line: 3 } });
    expect(matcher.hiddenBy('build/out/x')).toEqual({
      file: '.dockerignore',
      line: 4,
      pattern: 'build',
    });
    expect(matcher.hiddenBy('keep.log')).toBeUndefined();
    expect(matcher.decide('src').decidedBy).toBeUndefined();
  });

  it('ignores nothing for the patterns `.` and `/`', () => {
    const matcher = new IgnoreMatcher(parseDockerignore('.\n/\n'));
    expect(matcher.decide('a').ignored).toBe(false);
  });

  it('shows the line of a broken pattern', () => {
    const file = parseDockerignore('ok\n\n  a[\n', 'app.dockerignore');
    const error = (() => {
      try {
        return new IgnoreMatcher(file);
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({
      code: 'PATTERN_INVALID',
      location: { file: 'app.dockerignore', range: { start: { line: 3 } } },
    });
  });

  it('rejects a lone exclamation mark', () => {
    expect(() => new IgnoreMatcher(parseDockerignore('a\n!\n'))).toThrowError(/takes nothing back/);
  });
});
