// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such strings are what is tested
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failure, tree } from '../../../test/support/dockerfiles.ts';
import { AppError } from '../../errors.ts';
import { SourceMap } from '../source.ts';
import { expandForDisplay, expandHeredoc, expandWord, expandWords } from './expand-word.ts';

const ENV: Readonly<Record<string, string>> = {
  v: 'value',
  empty: '',
  two: 'a b  c',
  path: '/usr/local/lib.tar.gz',
  lines: 'ab\nab',
  stars: 'a*b?c\\d',
  '1': 'one',
  '@': 'all',
  é: 'accent',
  dollars: '$0-$x',
};
const lookup = (name: string) => (Object.hasOwn(ENV, name) ? ENV[name] : undefined);
const expand = (text: string) => expandWord(text, { lookup }).text;

describe('a word', () => {
  test.each([
    ['plain', 'plain'],
    ['', ''],
    ['$v', 'value'],
    ['${v}', 'value'],
    ['a$v/b', 'avalue/b'],
    ['$v$v', 'valuevalue'],
    ['$unset', ''],
    ['${unset}', ''],
    ['$', '$'],
    ['a$', 'a$'],
    ['$.', '$.'],
    ['$ v', '$ v'],
    ['\\$v', '$v'],
    ['\\${v}', '${v}'],
    ['\\\\$v', '\\value'],
    ['\\a', 'a'],
    ['a\\', 'a'],
    ["'$v'", '$v'],
    ["'a\\'", 'a\\'],
    ['"$v"', 'value'],
    ['"\'$v\'"', "'value'"],
    ['\'"$v"\'', '"$v"'],
    ['"a\\"b\\$v\\\\c\\d"', 'a"b$v\\c\\d'],
    ['"b c"', 'b c'],
    ['a"b"c', 'abc'],
    ['a b', 'a b'],
    ['$1', 'one'],
    ['$12', ''],
    ['$1a', 'onea'],
    ['$@v', 'allv'],
    ['${@}', 'all'],
    ['$é', 'accent'],
    ['$v-x', 'value-x'],
    ['a<b', 'a<b'],
    ['< <', '< <'],
  ])('%j is %j', (word, expected) => {
    expect(expand(word)).toBe(expected);
  });

  test.each([
    ['${v:-w}', 'value'],
    ['${empty:-w}', 'w'],
    ['${unset:-w}', 'w'],
    ['${v-w}', 'value'],
    ['${empty-w}', ''],
    ['${unset-w}', 'w'],
    ['${v:+w}', 'w'],
    ['${empty:+w}', ''],
    ['${unset:+w}', ''],
    ['${v+w}', 'w'],
    ['${empty+w}', 'w'],
    ['${unset+w}', ''],
    ['${v:?no}', 'value'],
    ['${empty?no}', ''],
    ['${unset:-}', ''],
    ['${unset:-$v}', 'value'],
    ['${unset:-${empty:-${v}}}', 'value'],
    ['${unset:-"a b"}', 'a b'],
    ["${unset:-'$v'}", '$v'],
    ['${unset:-a\\}b}', 'a}b'],
    ['"${unset:-"a"}"', 'a'],
    ['${unset:-a:-b}', 'a:-b'],
    ['${unset:--}', '-'],
  ])('defaults and alternatives: %j is %j', (word, expected) => {
    expect(expand(word)).toBe(expected);
  });

  test.each([
    ['${path#*/}', 'usr/local/lib.tar.gz'],
    ['${path##*/}', 'lib.tar.gz'],
    ['${path%/*}', '/usr/local'],
    ['${path%%/*}', ''],
    ['${path%.*}', '/usr/local/lib.tar'],
    ['${path%%.*}', '/usr/local/lib'],
    ['${path#x}', '/usr/local/lib.tar.gz'],
    ['${path#????}', '/local/lib.tar.gz'],
    ['${path%???}', '/usr/local/lib.tar'],
    ['${path##}', '/usr/local/lib.tar.gz'],
    ['${path##*}', ''],
    ['${path#*}', '/usr/local/lib.tar.gz'],
    ['${path%".gz"}', '/usr/local/lib.tar'],
    ['${path#$unset}', '/usr/local/lib.tar.gz'],
    ['${unset#*}', ''],
    ['${stars#a\\*}', 'b?c\\d'],
    ['${stars#*\\?}', 'c\\d'],
    ['${stars%\\\\d}', 'a*b?c'],
    ['${stars#"a*b"}', '?c\\d'],
    ['${stars#a[*]}', 'a*b?c\\d'],
    ['${lines##*b}', '\nab'],
    ['${lines%%a*}', 'ab\n'],
    ['${lines#ab?}', 'ab\nab'],
  ])('prefixes and suffixes: %j is %j', (word, expected) => {
    expect(expand(word)).toBe(expected);
  });

  test.each([
    ['${path/l/L}', '/usr/Local/lib.tar.gz'],
    ['${path//l/L}', '/usr/LocaL/Lib.tar.gz'],
    ['${path/l*./X}', '/usr/Xgz'],
    ['${path/\\/usr/}', '/local/lib.tar.gz'],
    ['${path//\\//:}', ':usr:local:lib.tar.gz'],
    ['${path/x/y}', '/usr/local/lib.tar.gz'],
    ['${v/a/}', 'vlue'],
    ['${v/?/$unset}', 'alue'],
    ['${v//?/-}', '-----'],
    ['${v//*/x}', 'x'],
    ['${v///-}', '-v-a-l-u-e-'],
    ['${v/l/"x y"}', 'vax yue'],
    ['${v//l/$dollars}', 'val-ue'],
    ['${v/l/$dollars}', 'va$0-$xue'],
    ['${lines//a*b/x}', 'x\nx'],
    ['${unset/a/b}', ''],
    ['${stars//\\*/x}', 'axb?c\\d'],
  ])('replacements: %j is %j', (word, expected) => {
    expect(expand(word)).toBe(expected);
  });

  test.each([
    ['`$v', '$v'],
    ['\\$v', '\\value'],
    ['"a`"b"', 'a"b'],
  ])('another escape character: %j is %j', (word, expected) => {
    expect(expandWord(word, { lookup, escape: '`' }).text).toBe(expected);
  });

  test('tells which names have no value, also those with a default', () => {
    const { unmatched } = expandWord('$a ${b:-$c} $v "$d" \'$e\' ${v:-$f}', { lookup });
    expect([...unmatched]).toEqual(['a', 'c', 'b', 'd', 'f']);
  });
});

describe('several words', () => {
  test.each([
    ['80 81', ['80', '81']],
    ['$two', ['a', 'b', 'c']],
    ['x$two', ['xa', 'b', 'c']],
    ['"$two"', ['a b  c']],
    ["'a b' c", ['a b', 'c']],
    ['a\\ b c', ['a b', 'c']],
    ['$unset', []],
    ['"" a', ['a']],
    ['80${unset:-81 82}', ['8081', '82']],
    [' \t a \n b ', ['a', 'b']],
    ['<< a b', ['<< a', 'b']],
  ])('%j are %j', (text, expected) => {
    expect(expandWords(text, { lookup }).words).toEqual(expected);
  });
});

describe('faults', () => {
  test.each([
    ['a ${v', 'DOCKERFILE_UNTERMINATED_SUBSTITUTION', '${v'],
    ['a ${', 'DOCKERFILE_UNTERMINATED_SUBSTITUTION', '${'],
    ['a ${v:', 'DOCKERFILE_UNTERMINATED_SUBSTITUTION', '${v:'],
    ['${v:-$u', 'DOCKERFILE_UNTERMINATED_SUBSTITUTION', '${v:-$u'],
    ['${v/a', 'DOCKERFILE_UNTERMINATED_SUBSTITUTION', '${v/a'],
    ['${v/a}', 'DOCKERFILE_UNTERMINATED_SUBSTITUTION', '${v/a}'],
    ['${v/a/b', 'DOCKERFILE_UNTERMINATED_SUBSTITUTION', '${v/a/b'],
    ['${v:-"a}', 'DOCKERFILE_UNTERMINATED_SUBSTITUTION', '${v:-"a}'],
    ['a "b', 'DOCKERFILE_UNTERMINATED_QUOTE', '"b'],
    ["a 'b", 'DOCKERFILE_UNTERMINATED_QUOTE', "'b"],
    ['"a', 'DOCKERFILE_UNTERMINATED_QUOTE', '"a'],
    ['x${}', 'DOCKERFILE_BAD_SUBSTITUTION', '${}'],
    ['${{v}}', 'DOCKERFILE_BAD_SUBSTITUTION', '${{'],
    ['${:-a}', 'DOCKERFILE_BAD_SUBSTITUTION', '${:'],
    ['a${v^^}b', 'DOCKERFILE_UNSUPPORTED_MODIFIER', '${v^'],
    ['${v:1:2}', 'DOCKERFILE_UNSUPPORTED_MODIFIER', '${v:1:2}'],
    ['${v:#a}', 'DOCKERFILE_UNSUPPORTED_MODIFIER', '${v:#'],
    ['${v:%a}', 'DOCKERFILE_UNSUPPORTED_MODIFIER', '${v:%'],
    ['${v:/a/b}', 'DOCKERFILE_UNSUPPORTED_MODIFIER', '${v:/a/b}'],
    ['${#v}', 'DOCKERFILE_UNSUPPORTED_MODIFIER', '${#v'],
    ['a${unset?}b', 'DOCKERFILE_VARIABLE_REQUIRED', '${unset?}'],
    ['${empty:?is needed}', 'DOCKERFILE_VARIABLE_REQUIRED', '${empty:?is needed}'],
    ['${v:-${unset:?x}}', 'DOCKERFILE_VARIABLE_REQUIRED', '${unset:?x}'],
    ['${v#\\a}', 'DOCKERFILE_INVALID_PATTERN', '${v#\\a}'],
    ['${v/\\a/b}', 'DOCKERFILE_INVALID_PATTERN', '${v/\\a/b}'],
  ])('%j: %s at %j', (text, code, underlined) => {
    const source = new SourceMap(`USER ${text}\n`, 'Dockerfile');
    const word = { text, range: source.range(5, 5 + text.length) };
    expect(failure(() => expandWord(word, { lookup, source }))).toEqual({ code, underlined });
  });

  test('carry the message of the author', () => {
    expect(() => expand('${unset:?set it to $v}')).toThrow('unset: set it to value');
    expect(() => expand('${unset?}')).toThrow('unset: is not allowed to be unset');
    expect(() => expand('${empty:?}')).toThrow('empty: is not allowed to be empty');
  });

  test('underline the word where it is not one piece of the source', () => {
    const parsed = tree('USER a\\\n${b^}');
    const word = parsed.instructions[0]?.argument ?? '';
    expect(failure(() => expandWord(word, { lookup, source: parsed.source })).underlined).toBe(
      'a\\\n${b^}',
    );
  });

  test('are the only thing any text can cause', () => {
    const pieces = [
      '$',
      '{',
      '}',
      '${',
      ':',
      '-',
      '+',
      '?',
      '#',
      '%',
      '/',
      '"',
      "'",
      '\\',
      '`',
      'v',
    ];
    const text = fc.array(
      fc.oneof(fc.constantFrom(...pieces, 'unset', '*', '<<', ' '), fc.string()),
    );
    fc.assert(
      fc.property(text, fc.constantFrom('\\' as const, '`' as const), (parts, escaper) => {
        for (const run of [expandWord, expandWords, expandHeredoc]) {
          try {
            run(parts.join(''), { lookup, escape: escaper });
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
          }
        }
      }),
      { numRuns: 3000 },
    );
  });
});

/** A word and its expected expansion, generated together: the model needs no syntax. */
interface Sample {
  readonly text: string;
  readonly value: string;
}

const plainText = fc.stringMatching(/^[a-z ./:=]{0,6}$/);
const samples = fc.letrec<{ word: Sample; part: Sample }>((tie) => ({
  word: fc.array(tie('part'), { maxLength: 4 }).map((parts) => ({
    text: parts.map(({ text }) => text).join(''),
    value: parts.map(({ value }) => value).join(''),
  })),
  part: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    plainText.map((text) => ({ text, value: text })),
    fc.string().map((text) => {
      const value = text.replaceAll("'", '');
      return { text: `'${value}'`, value };
    }),
    fc.constantFrom('"', "'", '$', '}', '\\').map((text) => ({ text: `\\${text}`, value: text })),
    fc.constantFrom('v', 'empty', 'two', 'unset').map((name) => ({
      text: `\${${name}}`,
      value: lookup(name) ?? '',
    })),
    tie('word')
      .map(({ text, value }) => ({ text: `"${text}"`, value }))
      .filter(isPlainInQuotes),
    fc
      .tuple(
        fc.constantFrom('v', 'empty', 'unset'),
        fc.constantFrom('-', ':-', '+', ':+'),
        tie('word'),
      )
      .map(([name, modifier, word]) => modified(name, modifier, word)),
  ),
}));

/** Whether a text has the same meaning inside double quotes: no single quotes, no escapes but `\"`, `\$` and `\\`. */
function isPlainInQuotes({ text }: Sample): boolean {
  return !/['"]/.test(text.slice(1, -1)) && !/\\[^"$\\]/.test(text);
}

function modified(name: string, modifier: string, word: Sample): Sample {
  const value = lookup(name);
  const missing = value === undefined || (modifier.startsWith(':') && value === '');
  const takesWord = modifier.endsWith('-') === missing;
  const kept = modifier.endsWith('-') ? (value ?? '') : '';
  return { text: `\${${name}${modifier}${word.text}}`, value: takesWord ? word.value : kept };
}

test('agrees with a model that builds word and value together', () => {
  fc.assert(
    fc.property(samples.word, ({ text, value }) => {
      expect(expand(text)).toBe(value);
    }),
    { numRuns: 3000 },
  );
});

/** Whether a pattern of letters, `*` and `?` matches the whole value. */
function fits(pattern: string, value: string): boolean {
  const rest = pattern.slice(1);
  if (pattern === '') return value === '';
  if (pattern.startsWith('*')) {
    return fits(rest, value) || (value !== '' && fits(pattern, value.slice(1)));
  }
  if (value === '') return false;
  return (pattern[0] === '?' || pattern[0] === value[0]) && fits(rest, value.slice(1));
}

/** Models of the modifiers with patterns, which try every substring of the value. */
const patternModels: Readonly<Record<string, (pattern: string, value: string) => string>> = {
  '#': (pattern, value) => value.slice(ends(pattern, value, 0)[0] ?? 0),
  '##': (pattern, value) => value.slice(ends(pattern, value, 0).at(-1) ?? 0),
  '%': (pattern, value) => value.slice(0, starts(pattern, value).at(-1) ?? value.length),
  '%%': (pattern, value) => value.slice(0, starts(pattern, value)[0] ?? value.length),
  '/': (pattern, value) => {
    for (let start = 0; start <= value.length; start += 1) {
      const end = ends(pattern, value, start).at(-1);
      if (end !== undefined) return `${value.slice(0, start)}<>${value.slice(end)}`;
    }
    return value;
  },
  '//': (pattern, value) => {
    let result = '';
    let behindMatch = false;
    for (let start = 0; start <= value.length; ) {
      const end = ends(pattern, value, start).at(-1);
      if (end !== undefined && (end > start || !behindMatch)) result += '<>';
      behindMatch = end !== undefined && end > start;
      if (!behindMatch) result += value[start] ?? '';
      start = behindMatch ? (end ?? start) : start + 1;
    }
    return result;
  },
};

/** Possible ends of a match that starts at `start`, ascending. */
function ends(pattern: string, value: string, start: number): number[] {
  const offsets = Array.from({ length: value.length + 1 }, (_, end) => end);
  return offsets.filter((end) => end >= start && fits(pattern, value.slice(start, end)));
}

function starts(pattern: string, value: string): number[] {
  const offsets = Array.from({ length: value.length + 1 }, (_, start) => start);
  return offsets.filter((start) => fits(pattern, value.slice(start)));
}

test('agrees with a model that tries every substring, for patterns', () => {
  const pattern = fc.stringMatching(/^[ab*?]{1,5}$/);
  const modifier = fc.constantFrom(...Object.keys(patternModels));
  fc.assert(
    fc.property(modifier, pattern, fc.stringMatching(/^[abc]{0,7}$/), (kind, text, value) => {
      const operands = kind.startsWith('/') ? `${text}/<>` : text;
      const word = `\${v${kind}${operands}}`;
      expect(expandWord(word, { lookup: () => value }).text).toBe(
        patternModels[kind]?.(text, value),
      );
    }),
    { numRuns: 3000 },
  );
});

test('display replaces what is known and keeps all else', () => {
  const shown = (text: string) => expandForDisplay(text, { lookup });
  expect(shown('echo "$v" \'$v\' $unset ${unset:-a} \\$v')).toBe(
    'echo "value" \'$v\' $unset ${unset:-a} \\$v',
  );
  expect(shown("it's ${v^^}")).toBe("it's ${v^^}");
});
