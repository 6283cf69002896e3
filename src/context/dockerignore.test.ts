import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { PathPatterns } from '../files/index.ts';
import { IgnoreMatcher, parseDockerignore } from './dockerignore.ts';

describe('parseDockerignore', () => {
  it('drops comments, blank lines, spaces around patterns, and slashes at both ends', () => {
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

describe('line ends', () => {
  it('are line feeds, with or without a carriage return, as for BuildKit', () => {
    const textsOf = (text: string) => parseDockerignore(text).patterns.map((one) => one.text);
    expect(textsOf('a\r\nb\r\n')).toEqual(['a', 'b']);
    expect(textsOf('a\rb\r')).toEqual(['a\rb']);
    expect(textsOf('# comment\ra\r')).toEqual([]);
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

  it.each(['a[', '[z-a]'])('shows the line of the broken pattern %s', (pattern) => {
    const file = parseDockerignore(`ok\n\n  ${pattern}\n`, 'app.dockerignore');
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

  it('decides as the bare patterns do, however they are written down', () => {
    const part = fc.constantFrom('a', 'b', '*', '**', 'a*', '?');
    const blank = fc.constantFrom('', ' ', '\t ', '\r');
    const line = fc
      .tuple(fc.boolean(), fc.array(part, { minLength: 1, maxLength: 3 }))
      .chain(([negated, parts]) =>
        fc.record({
          bare: fc.constant(`${negated ? '!' : ''}${parts.join('/')}`),
          before: fc.constantFrom('', '# a\n', '\n', ' \n#!b\n'),
          written: fc
            .tuple(blank, blank, ...['/', '/./', '//'].map((slash) => fc.constantFrom('/', slash)))
            .map(([left, right, ...slashes]) => {
              const body = parts
                .map((next, at) => (at === 0 ? next : `${slashes[at] ?? '/'}${next}`))
                .join('');
              const rooted = slashes[0] === '/./' ? `/${body}/` : body;
              return negated ? `${left}!${right}${rooted}${left}` : `${left}${rooted}${right}`;
            }),
        }),
      );
    const name = fc.array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), name, fc.boolean(), (lines, names, marked) => {
        const bodies = lines.map(({ before, written }) => `${before}${written}\n`).join('');
        const file = parseDockerignore(`${marked ? '\ufeff' : ''}${bodies}`);
        const path = names.join('/');
        const bare = new PathPatterns(lines.map((one) => one.bare)).decide(path);
        const decision = new IgnoreMatcher(file).decide(path);
        expect(decision.ignored).toBe(bare.matched);
        const decidedBy = bare.decidedBy === undefined ? undefined : file.patterns[bare.decidedBy];
        expect(decision.decidedBy).toBe(decidedBy);
      }),
      { numRuns: 2000 },
    );
  });

  it('rejects a lone exclamation mark', () => {
    expect(() => new IgnoreMatcher(parseDockerignore('a\n!\n'))).toThrowError(
      /re-includes nothing/,
    );
  });
});
