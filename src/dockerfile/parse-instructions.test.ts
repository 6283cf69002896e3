// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables are what is tested
import { describe, expect, test } from 'vitest';
import {
  appError,
  failure,
  one,
  textAt,
  tree,
  warningsOf,
} from '../../test/support/dockerfiles.ts';
import type { CommandLine, Instruction } from './instructions/types.ts';
import { parseInstructions, parseTrigger } from './parse-instructions.ts';
import { sliceOf, type Word } from './tree.ts';

function texts(words: readonly Word[]): string[] {
  return words.map(({ text }) => text);
}

function line(command: CommandLine): string | string[] {
  return command.form === 'shell' ? command.text.text : texts(command.args);
}

/** The error for the first instruction after `FROM a`. */
function refusal(text: string): { code: string; underlined: string | undefined } {
  return failure(() => parseInstructions(tree(text)));
}

describe('FROM', () => {
  test.each([
    ['FROM a', ['a', undefined, undefined]],
    ['FROM a:1@sha256:0 AS Build', ['a:1@sha256:0', 'build', undefined]],
    ['from a as b', ['a', 'b', undefined]],
    ['FROM --platform= a', ['a', undefined, undefined]],
    ['FROM --platform=$BUILDPLATFORM $a AS b-1_x.y', ['$a', 'b-1_x.y', '$BUILDPLATFORM']],
  ])('%j', (text, expected) => {
    const { image, stage, platform } = one('from', text);
    expect([image.text, stage, platform?.text]).toEqual(expected);
  });

  test.each([
    ['FROM', 'DOCKERFILE_MISSING_ARGUMENT', 'FROM'],
    ['FROM a b', 'DOCKERFILE_FROM_ARGUMENTS', 'b'],
    ['FROM a as', 'DOCKERFILE_FROM_ARGUMENTS', 'as'],
    ['FROM a of b', 'DOCKERFILE_FROM_ARGUMENTS', 'of b'],
    ['FROM a as b c', 'DOCKERFILE_FROM_ARGUMENTS', 'as b c'],
    ['FROM a AS 1b', 'DOCKERFILE_INVALID_STAGE_NAME', '1b'],
    ['FROM a AS b/c', 'DOCKERFILE_INVALID_STAGE_NAME', 'b/c'],
    ['FROM a:3.11 # small', 'DOCKERFILE_TRAILING_COMMENT', '# small'],
    ['FROM a AS b # small', 'DOCKERFILE_TRAILING_COMMENT', '# small'],
    ['FROM a #small', 'DOCKERFILE_TRAILING_COMMENT', '#small'],
    ['FROM --platfrom=x a', 'DOCKERFILE_UNKNOWN_FLAG', '--platfrom=x'],
    ['FROM --platform a', 'DOCKERFILE_MISSING_FLAG_VALUE', '--platform'],
  ])('%j: %s at %j', (text, code, underlined) => {
    expect(refusal(text)).toEqual({ code, underlined });
  });

  test('says which of three words is wrong', () => {
    expect(() => one('from', 'FROM a of b')).toThrow('must be AS, not "of"');
  });
});

describe('the order of instructions', () => {
  test('allows only ARG before FROM', () => {
    expect(parseInstructions(tree('ARG a=1\nFROM $a')).instructions).toHaveLength(2);
    expect(refusal('RUN a\nFROM b')).toEqual({ code: 'DOCKERFILE_NO_FROM', underlined: 'RUN' });
  });

  test('needs a FROM', () => {
    expect(refusal('ARG a=1')).toEqual({ code: 'DOCKERFILE_NO_FROM', underlined: 'ARG a=1' });
  });
});

describe('unknown instructions', () => {
  test.each([
    ['FORM a', 'FORM', 'did you mean FROM?'],
    ['FROM a\ncoppy b c', 'coppy', 'did you mean COPY?'],
    ['FROM a\nRUN b\n  && c', '&&', undefined],
    ['FROM a\nconstructor', 'constructor', undefined],
    ['FROM a\n__proto__ x', '__proto__', undefined],
  ])('%j', (text, underlined, hint) => {
    const error = appError(() => parseInstructions(tree(text)));
    expect(error.code).toBe('DOCKERFILE_UNKNOWN_INSTRUCTION');
    expect(error.location && textAt(error.location)).toBe(underlined);
    if (hint !== undefined) expect(error.hint).toBe(hint);
    expect(error.expected).toContain('HEALTHCHECK');
  });

  test('a continued line without one', () => {
    expect(refusal('FROM a\n\\\n').code).toBe('DOCKERFILE_UNKNOWN_INSTRUCTION');
  });
});

describe('a file whose lines end with CR alone', () => {
  const ALL = 'the lines of the file end with CR alone';
  const ONE = 'this line contains CR alone';
  test.each([
    ['FROM a\rRUN b\r', ALL],
    ['FROM a\rAS b\rCMD c', ALL],
    ['# comment\rFROM a\r', ALL],
    ['ARG a=b\rFROM a', ALL],
    ['FROM a\nCOPY b\rUSER c\n\nFROM', undefined],
    ['FROM a b\rUSER c\nUSER d', ONE],
  ])('%j', (text, hint) => {
    const error = appError(() => parseInstructions(tree(text)));
    if (hint === undefined) expect(error.hint).not.toContain('CR alone');
    else expect(error.hint).toContain(hint);
  });

  test('is not one with CR LF', () => {
    const error = appError(() => parseInstructions(tree('FROM a b c\r\nRUN d \\\r\n e\r\n')));
    expect(error.hint).not.toContain('CR alone');
  });
});

describe('flags', () => {
  test.each([
    ['COPY --chown=a:b --from=x a b', ['a:b', 'x']],
    ['COPY --chown="a b" --from=x a b', ['a b', 'x']],
    ["COPY --chown='$a' --from=x a b", ['$a', 'x']],
    ['COPY --chown=a\\ b --from=x a b', ['a b', 'x']],
    ['COPY --chown=a=b --from= a b', ['a=b', undefined]],
    ['COPY \\\n  --chown=a \\\n  --from=x \\\n a b', ['a', 'x']],
    ['COPY -- a b', [undefined, undefined]],
    ['COPY a --from=x b', [undefined, undefined]],
  ])('%j', (text, expected) => {
    const { chown, from } = one('copy', text);
    expect([chown?.text, from?.text]).toEqual(expected);
  });

  test.each([
    ['--link', true],
    ['--link=true', true],
    ['--link=FALSE', false],
    ['--parents', false],
  ])('%j says %s', (flag, expected) => {
    expect(one('copy', `COPY ${flag} a b`).link).toBe(expected);
  });

  test.each([
    ['COPY --link= a b', 'DOCKERFILE_MISSING_FLAG_VALUE', '--link='],
    ['COPY --link=yes a b', 'DOCKERFILE_INVALID_FLAG_VALUE', 'yes'],
    ['COPY --link --link a b', 'DOCKERFILE_DUPLICATE_FLAG', '--link'],
    ['COPY --from=a --from=b a b', 'DOCKERFILE_DUPLICATE_FLAG', '--from=b'],
    ['COPY --checksum=x a b', 'DOCKERFILE_UNKNOWN_FLAG', '--checksum=x'],
    ['ADD --parents a b', 'DOCKERFILE_UNKNOWN_FLAG', '--parents'],
    ['COPY --toString a b', 'DOCKERFILE_UNKNOWN_FLAG', '--toString'],
    ['ENV --x a=b', 'DOCKERFILE_UNKNOWN_FLAG', '--x'],
    ['CMD --x', 'DOCKERFILE_UNKNOWN_FLAG', '--x'],
    ['RUN --netwrok=none a', 'DOCKERFILE_UNKNOWN_FLAG', '--netwrok=none'],
    ['RUN --network=nowhere a', 'DOCKERFILE_INVALID_FLAG_VALUE', 'nowhere'],
    ['RUN --security=$x a', 'DOCKERFILE_INVALID_FLAG_VALUE', '$x'],
  ])('%j: %s at %j', (text, code, underlined) => {
    expect(refusal(`FROM a\n${text}`)).toEqual({ code, underlined });
  });

  test('know the nearest name', () => {
    const error = appError(() => parseInstructions(tree('FROM a\nCOPY --chmown=a a b')));
    expect(error.hint).toBe('did you mean --chown?');
  });

  test('have values with source ranges', () => {
    const text = 'ADD --exclude=a --exclude=b --checksum="sha256:1" c d';
    const { exclude, checksum } = one('add', text);
    const words = [...exclude, ...(checksum === undefined ? [] : [checksum])];
    expect(words.map(({ range }) => sliceOf(text, range))).toEqual(['a', 'b', '"sha256:1"']);
    expect(texts(words)).toEqual(['a', 'b', 'sha256:1']);
  });
});

describe('COPY and ADD', () => {
  test.each([
    ['COPY a b', ['a'], 'b'],
    ['COPY a b c/', ['a', 'b'], 'c/'],
    ['COPY "a b" c', ['"a', 'b"'], 'c'],
    ['COPY ["a b", "c"]', ['a b'], 'c'],
    ['COPY ["a b", c]', ['["a', 'b",'], 'c]'],
    ['ADD --unpack=false a b', ['a'], 'b'],
  ])('%j', (text, sources, destination) => {
    const copy = text.startsWith('COPY') ? one('copy', text) : one('add', text);
    expect([texts(copy.sources), copy.destination.text]).toEqual([sources, destination]);
  });

  test('ADD distinguishes unspecified options', () => {
    const { unpack, keepGitDir } = one('add', 'ADD --unpack=false a b');
    expect([unpack, keepGitDir]).toEqual([false, undefined]);
  });

  test.each([
    ['COPY', 'DOCKERFILE_MISSING_ARGUMENT', 'COPY'],
    ['ADD a', 'DOCKERFILE_MISSING_DESTINATION', 'a'],
    ['COPY ["a"]', 'DOCKERFILE_MISSING_DESTINATION', '"a"'],
    ['COPY ["a", 1]', 'DOCKERFILE_JSON_NOT_STRINGS', '1'],
  ])('%j: %s at %j', (text, code, underlined) => {
    expect(refusal(`FROM a\n${text}`)).toEqual({ code, underlined });
  });
});

describe('JSON and shell form', () => {
  test.each([
    ['CMD a "b" $c', 'a "b" $c'],
    ['CMD ["a", "b\\n\\u0041"]', ['a', 'b\nA']],
    ['CMD  [ "a" ,\\\n "b" ] ', ['a', 'b']],
    ['CMD []', []],
    ['CMD [a]', '[a]'],
    ["CMD ['a']", "['a']"],
    ['CMD ["a"', '["a"'],
    ['CMD ["a",]', '["a",]'],
    ['CMD ["a"] b', '["a"] b'],
    ['CMD {"a":1}', '{"a":1}'],
    ['CMD "a"', '"a"'],
    ['CMD ["\t"]', '["\t"]'],
    ['CMD', ''],
  ])('%j', (text, expected) => {
    expect(line(one('cmd', text).command)).toEqual(expected);
  });

  test.each([
    ['CMD ["a", 1]', '1'],
    ['ENTRYPOINT [null, "a"]', 'null'],
    ['RUN [["a"]]', '["a"]'],
    ['VOLUME [{"a": 1}, "b"]', '{"a": 1}'],
    ['ONBUILD CMD [1]', '1'],
  ])('%j holds something that is no string', (text, underlined) => {
    const code = 'DOCKERFILE_JSON_NOT_STRINGS';
    expect(refusal(`FROM a\n${text}`)).toEqual({ code, underlined });
  });

  test('SHELL takes JSON only', () => {
    expect(texts(one('shell', 'SHELL ["a", "-c"]').args)).toEqual(['a', '-c']);
    expect(refusal('FROM a\nSHELL a -c')).toEqual({
      code: 'DOCKERFILE_SHELL_NOT_JSON',
      underlined: 'a -c',
    });
    expect(refusal('FROM a\nSHELL []').code).toBe('DOCKERFILE_MISSING_ARGUMENT');
  });
});

describe('ENV, LABEL and ARG', () => {
  function pairs(text: string): [string, string][] {
    const instruction = text.startsWith('ENV') ? one('env', text) : one('label', text);
    return instruction.pairs.map(({ key, value }) => [key.text, value.text]);
  }

  test.each([
    ['ENV a=b', [['a', 'b']]],
    [
      'ENV a=b c= d="e f"',
      [
        ['a', 'b'],
        ['c', ''],
        ['d', '"e f"'],
      ],
    ],
    ["LABEL 'a b'='c d'", [["'a b'", "'c d'"]]],
    ['ENV a=b\\ c', [['a', 'b\\ c']]],
    [
      'ENV a="b\\" c" d=e',
      [
        ['a', '"b\\" c"'],
        ['d', 'e'],
      ],
    ],
    [
      "ENV a='b\\' c=d",
      [
        ['a', "'b\\'"],
        ['c', 'd'],
      ],
    ],
    ['ENV a=b=c', [['a', 'b=c']]],
    ['ENV a b', [['a', 'b']]],
    ['ENV a   b  c=d ', [['a', 'b  c=d']]],
    [
      'ENV a=b \\\n    c=d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['ENV a="b \\\n  c"', [['a', '"b   c"']]],
    ['ENV $a=${b}', [['$a', '${b}']]],
  ])('%j', (text, expected) => {
    expect(pairs(text)).toEqual(expected);
  });

  test('have ranges of name and value', () => {
    const text = 'ENV a="b c" \\\n  dd=e';
    const ranges = one('env', text).pairs.flatMap(({ key, value }) => [key.range, value.range]);
    expect(ranges.map((range) => sliceOf(text, range))).toEqual(['a', '"b c"', 'dd', 'e']);
  });

  test('ARG takes names with and without a default', () => {
    const { args } = one('arg', 'ARG a b= c="d e" f=$a');
    expect(args.map(({ name, value }) => [name.text, value?.text])).toEqual([
      ['a', undefined],
      ['b', ''],
      ['c', '"d e"'],
      ['f', '$a'],
    ]);
  });

  test.each([
    ['ENV', 'DOCKERFILE_MISSING_ARGUMENT', 'ENV'],
    ['ENV a', 'DOCKERFILE_KEY_VALUE', 'a'],
    ['ENV a=b c', 'DOCKERFILE_KEY_VALUE', 'c'],
    ['LABEL a=b = c', 'DOCKERFILE_KEY_VALUE', 'c'],
    ['ENV =b', 'DOCKERFILE_BLANK_NAME', '=b'],
    ['ENV a=b # c', 'DOCKERFILE_TRAILING_COMMENT', '# c'],
    ['ARG', 'DOCKERFILE_MISSING_ARGUMENT', 'ARG'],
    ['ARG =b', 'DOCKERFILE_BLANK_NAME', '=b'],
    ['ONBUILD ENV a', 'DOCKERFILE_KEY_VALUE', 'a'],
  ])('%j: %s at %j', (text, code, underlined) => {
    expect(refusal(`FROM a\n${text}`)).toEqual({ code, underlined });
  });
});

describe('instructions with one value or a list', () => {
  test.each([
    ['user', 'USER a b:c ', 'a b:c'],
    ['workdir', 'WORKDIR  /a  b', '/a  b'],
    ['stopsignal', 'STOPSIGNAL --x SIGTERM', 'SIGTERM'],
    ['maintainer', 'MAINTAINER A <b@c>', 'A <b@c>'],
  ] as const)('%s: %j', (kind, text, expected) => {
    expect(one<'user' | 'workdir' | 'stopsignal' | 'maintainer'>(kind, text).value.text).toBe(
      expected,
    );
  });

  test('EXPOSE and VOLUME', () => {
    expect(texts(one('expose', 'EXPOSE 80 $p 8000-8010/udp').ports)).toEqual([
      '80',
      '$p',
      '8000-8010/udp',
    ]);
    expect(texts(one('volume', 'VOLUME /a "/b c"').paths)).toEqual(['/a', '"/b', 'c"']);
    expect(texts(one('volume', 'VOLUME ["/a", " /b "]').paths)).toEqual(['/a', '/b']);
  });

  test.each([
    ['USER', 'DOCKERFILE_MISSING_ARGUMENT', 'USER'],
    ['WORKDIR', 'DOCKERFILE_MISSING_ARGUMENT', 'WORKDIR'],
    ['STOPSIGNAL', 'DOCKERFILE_MISSING_ARGUMENT', 'STOPSIGNAL'],
    ['EXPOSE', 'DOCKERFILE_MISSING_ARGUMENT', 'EXPOSE'],
    ['VOLUME []', 'DOCKERFILE_MISSING_ARGUMENT', 'VOLUME'],
    ['VOLUME ["a", " "]', 'DOCKERFILE_EMPTY_VOLUME', '" "'],
    ['USER --x a', 'DOCKERFILE_UNKNOWN_FLAG', '--x'],
  ])('%j: %s at %j', (text, code, underlined) => {
    expect(refusal(`FROM a\n${text}`)).toEqual({ code, underlined });
  });
});

describe('HEALTHCHECK', () => {
  test('takes times and retries', () => {
    const flags =
      '--interval=1m30s --timeout=500ms --start-period=1.5h --start-interval=0 --retries=3';
    const { test: health } = one('healthcheck', `HEALTHCHECK ${flags} CMD curl -f x || exit 1`);
    expect(health).toMatchObject({
      kind: 'command',
      command: { form: 'shell', text: { text: 'curl -f x || exit 1' } },
      interval: 90e9,
      timeout: 500e6,
      startPeriod: 5400e9,
      startInterval: 0,
      retries: 3,
    });
  });

  test('takes JSON, and NONE', () => {
    const { test: health } = one('healthcheck', 'healthcheck cmd ["a", "b"]');
    expect(health.kind === 'command' && line(health.command)).toEqual(['a', 'b']);
    expect(one('healthcheck', 'HEALTHCHECK NONE').test).toEqual({ kind: 'none' });
  });

  test.each([
    ['HEALTHCHECK', 'DOCKERFILE_MISSING_ARGUMENT', 'HEALTHCHECK'],
    ['HEALTHCHECK CMD', 'DOCKERFILE_MISSING_ARGUMENT', 'HEALTHCHECK'],
    ['HEALTHCHECK CND a', 'DOCKERFILE_HEALTHCHECK_TYPE', 'CND'],
    ['HEALTHCHECK NONE a', 'DOCKERFILE_HEALTHCHECK_NONE', 'a'],
    ['HEALTHCHECK NONE # a', 'DOCKERFILE_TRAILING_COMMENT', '# a'],
    ['HEALTHCHECK --interval=5 CMD a', 'DOCKERFILE_INVALID_DURATION', '5'],
    ['HEALTHCHECK --timeout=10us CMD a', 'DOCKERFILE_INVALID_DURATION', '10us'],
    ['HEALTHCHECK --timeout=-1s CMD a', 'DOCKERFILE_INVALID_DURATION', '-1s'],
    ['HEALTHCHECK --retries=-1 CMD a', 'DOCKERFILE_INVALID_FLAG_VALUE', '-1'],
    ['HEALTHCHECK --retries=1.5 CMD a', 'DOCKERFILE_INVALID_FLAG_VALUE', '1.5'],
    ['HEALTHCHECK --x=1 CMD a', 'DOCKERFILE_UNKNOWN_FLAG', '--x=1'],
  ])('%j: %s at %j', (text, code, underlined) => {
    expect(refusal(`FROM a\n${text}`)).toEqual({ code, underlined });
  });
});

describe('RUN', () => {
  test('knows its flags', () => {
    const run = one('run', 'RUN --network=none --security=insecure --device=a.b/c=d,required x y');
    expect(run).toMatchObject({
      network: 'none',
      security: 'insecure',
      devices: [{ name: 'a.b/c=d', required: true }],
      mounts: [],
    });
    expect(line(run.command)).toBe('x y');
    expect(one('run', 'RUN a')).toMatchObject({ network: 'default', security: 'sandbox' });
  });

  test('has mounts whose options have source ranges', () => {
    const text = 'RUN --mount=type=cache,target=/x --mount=ro,id=$a c';
    const { mounts } = one('run', text);
    const seen = mounts.flatMap(({ fields }) =>
      fields.map(({ key, value, range }) => [key, value?.text, sliceOf(text, range)]),
    );
    expect(seen).toEqual([
      ['type', 'cache', 'type=cache'],
      ['target', '/x', 'target=/x'],
      ['ro', undefined, 'ro'],
      ['id', '$a', 'id=$a'],
    ]);
  });
});

describe('ONBUILD', () => {
  test.each([
    ['ONBUILD RUN a  b', 'RUN a  b'],
    ['onbuild copy \\\n  --from=x a b', 'copy   --from=x a b'],
    ['ONBUILD RUN <<A\n1\nA\n', 'RUN <<A\n1\nA'],
    ['ONBUILD NONSENSE a', 'NONSENSE a'],
  ])('%j', (text, expected) => {
    expect(one('onbuild', text).trigger).toBe(expected);
  });

  test.each([
    ['ONBUILD', 'DOCKERFILE_MISSING_ARGUMENT', 'ONBUILD'],
    ['ONBUILD ONBUILD RUN a', 'DOCKERFILE_ONBUILD_FORBIDDEN', 'ONBUILD'],
    ['ONBUILD from a', 'DOCKERFILE_ONBUILD_FORBIDDEN', 'from'],
    ['ONBUILD MAINTAINER a', 'DOCKERFILE_ONBUILD_FORBIDDEN', 'MAINTAINER'],
  ])('%j: %s at %j', (text, code, underlined) => {
    expect(refusal(`FROM a\n${text}`)).toEqual({ code, underlined });
  });

  test('has triggers that are read like a line of a file', () => {
    const { instruction } = parseTrigger('COPY --from=x a b');
    expect(instruction).toMatchObject({ kind: 'copy', from: { text: 'x' } });
    const script = parseTrigger(one('onbuild', 'ONBUILD RUN <<A\n1\nA').trigger).instruction;
    expect(script.kind === 'run' && script.heredocs).toMatchObject([{ name: 'A', body: '1\n' }]);
  });

  test.each([
    ['RUN a\nRUN b', 'DOCKERFILE_ONBUILD_TRIGGER', 'RUN b'],
    ['', 'DOCKERFILE_EMPTY', ''],
    ['FROM a', 'DOCKERFILE_NO_FROM', 'FROM'],
    ['NONSENSE', 'DOCKERFILE_UNKNOWN_INSTRUCTION', 'NONSENSE'],
  ])('the trigger %j: %s', (text, code, underlined) => {
    expect(failure(() => parseTrigger(text))).toEqual({ code, underlined });
  });
});

describe('warnings', () => {
  test.each([
    ['FROM a AS Build', [['StageNameCasing', 'Build']]],
    ['FROM a as b', [['FromAsCasing', 'as']]],
    ['from a AS b', [['FromAsCasing', 'AS']]],
    ['From a aS b', []],
    ['FROM a\nMAINTAINER b', [['MaintainerDeprecated', 'MAINTAINER b']]],
    ['FROM a\nENV b c', [['LegacyKeyValueFormat', 'ENV b c']]],
    ['FROM a\nLABEL b c d', [['LegacyKeyValueFormat', 'LABEL b c d']]],
    ['# check=skip=StageNameCasing\nFROM a as Build', [['FromAsCasing', 'as']]],
    ['# check=skip=FromAsCasing\n\nFROM a as b\nENV a b', [['LegacyKeyValueFormat', 'ENV a b']]],
    ['FROM a\n# check=skip=LegacyKeyValueFormat\nENV a b', []],
  ])('%j', (text, expected) => {
    expect(warningsOf(text)).toEqual(expected);
  });

  test.each([
    ['USER node # switch', '# switch'],
    ['WORKDIR /a # b', '# b'],
    ['ONBUILD COPY . . # all', '# all'],
    ['COPY . . # all', '# all'],
    ['VOLUME /a # b', '# b'],
    ['ARG a=1 # b', '# b'],
    ['CMD ["a"] # b', '# b'],
    ['RUN ["a", "b"] #c', '#c'],
  ])('of a comment that is none: %j', (text, underlined) => {
    expect(warningsOf(`FROM a\n${text}`)).toEqual([['DOCKERFILE_TRAILING_COMMENT', underlined]]);
  });

  test.each([
    'RUN a # b',
    'CMD a # b',
    'USER a#b',
    'WORKDIR "/a #b"',
    'COPY #a b',
    'RUN [ -f a ] # b',
    'COPY ["a", "#b"]',
    'MAINTAINER a # b',
  ])('not of %j', (text) => {
    const codes = warningsOf(`FROM a\n${text}`).map(([code]) => code);
    expect(codes).not.toContain('DOCKERFILE_TRAILING_COMMENT');
  });
});

test('every error has an expected form and a hint', () => {
  const texts = ['FORM a', 'RUN a', 'FROM', 'FROM a b', 'FROM a # b', 'FROM a\nCOPY --x a b'];
  for (const text of [...texts, 'FROM a\nENV a', 'FROM a\nRUN <<A', '# check=x\nFROM a', '']) {
    const error = appError(() => parseInstructions(tree(text)));
    expect(error.expected, text).toBeTruthy();
    expect(error.hint, text).toBeTruthy();
    expect(error.message, text).toMatch(/^[^A-Z].*[^.]$|^[A-Z]+ .*[^.]$/);
  }
});

test('messages hold no more than a glimpse of a long text', () => {
  const long = 'x'.repeat(50_000);
  for (const text of [`${long} a`, `FROM a\nCOPY --${long} a b`, `FROM a\nENV ${long}`]) {
    const error = appError(() => parseInstructions(tree(text)));
    expect(error.message.length + (error.hint?.length ?? 0)).toBeLessThan(400);
  }
});

test('instructions have their range and text', () => {
  const { instructions } = parseInstructions(tree('FROM a\n  RUN b \\\n# c\n  d  \nUSER e'));
  const seen = instructions.map(({ location, text }: Instruction) => [textAt(location), text]);
  expect(seen).toEqual([
    ['FROM a', 'FROM a'],
    ['RUN b \\\n# c\n  d  ', 'RUN b   d'],
    ['USER e', 'USER e'],
  ]);
});
