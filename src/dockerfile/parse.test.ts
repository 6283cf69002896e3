import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { appError, FILE, failure, one, tree, warningsOf } from '../../test/support/dockerfiles.ts';
import { AppError } from '../errors.ts';
import { parseDockerfile, readDockerfile } from './parse.ts';
import { parseInstructions } from './parse-instructions.ts';
import { printTree, sliceOf } from './tree.ts';

/** Pieces of Dockerfiles: random sequences of them exercise more rules than random characters. */
const PIECES = [
  ...['FROM ', 'RUN ', 'COPY ', 'ADD ', 'ENV ', 'LABEL ', 'ARG ', 'CMD ', 'ONBUILD ', 'VOLUME '],
  ...['HEALTHCHECK ', 'SHELL ', 'USER ', 'EXPOSE ', 'WORKDIR ', 'STOPSIGNAL ', 'MAINTAINER '],
  ...[
    'a',
    '=',
    '"',
    "'",
    '\\',
    '`',
    '\n',
    '\r\n',
    '\\\n',
    '\\ \r\n',
    '`\n',
    ' ',
    '\t',
    '--',
    '[',
    ']',
  ],
  ...[
    '--mount=type=cache,target=/x',
    '--from=x',
    '"a"',
    ',',
    '<<E',
    '<<-E',
    '<<"E"',
    '\nE\n',
    '\tE\n',
  ],
  ...[
    '# c\n',
    '#',
    '# escape=`\n',
    '# syntax=x\n',
    '# check=skip=all\n',
    '\ufeff',
    '$a',
    '${a:-',
    '}',
  ],
  ...['é', '\u00a0', '😀', '\0', '\v', '\u2028'],
];
const dockerfileText = fc
  .array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PIECES) }, fc.string()), {
    maxLength: 40,
  })
  .map((pieces) => pieces.join(''));

function argumentsOf(text: string): string[] {
  return tree(text).instructions.map(({ argument }) => argument.text);
}

describe('the tree', () => {
  test('is the text, whatever the text', () => {
    fc.assert(
      fc.property(dockerfileText, (text) => {
        const read = readDockerfile(text, { file: FILE });
        expect(printTree(read.tree)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  test('is made or refused with an error for the user, whatever the text', () => {
    fc.assert(
      fc.property(dockerfileText, (text) => {
        try {
          parseInstructions(tree(text));
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          if (error instanceof AppError) expect(error.location).toBeDefined();
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('has ranges that lie in their instruction and hold their text', () => {
    fc.assert(
      fc.property(dockerfileText, (text) => {
        for (const node of readDockerfile(text, { file: FILE }).tree.instructions) {
          const keyword = sliceOf(text, node.keywordRange);
          if (!keyword.includes('\n')) expect(keyword).toBe(node.keyword);
          for (const range of [node.keywordRange, node.argument.range, node.range]) {
            expect(range.start.offset).toBeGreaterThanOrEqual(node.extent.start.offset);
            expect(range.end.offset).toBeLessThanOrEqual(node.extent.end.offset);
            expect(range.end.offset).toBeGreaterThanOrEqual(range.start.offset);
          }
        }
      }),
    );
  });

  test('counts lines and columns from one and offsets in code units', () => {
    const [, node] = tree('FROM a\n\n  USER 😀 b\n').instructions;
    expect(node?.argument.range).toEqual({
      start: { line: 3, column: 8, offset: 15 },
      end: { line: 3, column: 12, offset: 19 },
    });
  });

  test('continues after errors on request', () => {
    const text = '# escape=x\n# escape=y\nRUN <<A\nb';
    const { problems, tree: made } = readDockerfile(text, { file: FILE });
    expect(problems.map(({ code }) => code)).toEqual([
      'DOCKERFILE_INVALID_ESCAPE',
      'DOCKERFILE_DUPLICATE_DIRECTIVE',
      'DOCKERFILE_UNTERMINATED_HEREDOC',
    ]);
    expect(made.instructions.map(({ keyword }) => keyword)).toEqual(['RUN']);
  });
});

describe('physical lines', () => {
  test.each([
    ['a byte-order mark before the first line', '\ufeffFROM a', ['a']],
    ['blanks before the first line of an instruction', ' \t FROM a\n\tRUN b', ['a', 'b']],
    ['blanks before a continued line are kept', 'RUN a \\\n   b', ['a    b']],
    ['no blank comes in where there is none', 'RUN a\\\nb', ['ab']],
    ['Windows line ends', 'FROM a\r\nRUN b \\\r\n c\r\n', ['a', 'b  c']],
    ['a carriage return alone ends no line', 'RUN a\rb', ['a\rb']],
    ['blanks behind the escape', 'RUN a \\ \t\n b', ['a  b']],
    ['an escaped escape continues nothing', 'RUN a \\\\\nRUN b', ['a \\\\', 'b']],
    ['nor do three', 'RUN a \\\\\\\nRUN b', ['a \\\\\\', 'b']],
    ['an escape alone on its line', 'RUN a \\\n\\\nb', ['a b']],
    ['an escape alone on the first line', '\\\nRUN a', ['a']],
    ['a continuation at the end of the text', 'RUN a \\', ['a']],
    ['comments inside a continuation', 'RUN a \\\n# x\n  # y \\\n b', ['a  b']],
    ['blank lines inside a continuation', 'RUN a \\\n\n \t\n b', ['a  b']],
    ['a number sign elsewhere is data', 'RUN a # b', ['a # b']],
    ['comments and blank lines between', '# x\n\nFROM a\n#y\n\n', ['a']],
    ['another escape character', '# escape=`\nRUN a `\nb \\\nRUN c', ['a b \\', 'c']],
    ['all blanks part the keyword', 'RUN\t\v\f\r a', ['a']],
  ])('%s', (_, text, expected) => {
    expect(argumentsOf(text)).toEqual(expected);
  });

  test('warns of a blank line inside a continuation', () => {
    expect(warningsOf('FROM a\nRUN b \\\n\n c')).toEqual([['NoEmptyContinuation', '']]);
    expect(warningsOf('FROM a\nRUN b \\\n# x\n c')).toEqual([]);
    expect(warningsOf('FROM a\n# check=skip=NoEmptyContinuation\nRUN b \\\n\n c')).toEqual([]);
    expect(warningsOf('# check=skip=all\nFROM a\nRUN b \\\n\n c')).toEqual([]);
  });

  test('may be 65535 bytes long and no more', () => {
    const longest = `RUN ${'é'.repeat(32_765)}a`;
    expect(argumentsOf(`${longest}\n`)).toHaveLength(1);
    expect(failure(() => tree(`FROM a\n${longest}b\n`)).code).toBe('DOCKERFILE_LINE_TOO_LONG');
    expect(failure(() => tree(`RUN <<A\n${'b'.repeat(70_000)}\nA`)).code).toBe(
      'DOCKERFILE_LINE_TOO_LONG',
    );
  });

  test.each([
    ['', ''],
    ['# only\n\n', ''],
    ['\n \n', ''],
  ])('hold an instruction: %j', (text, underlined) => {
    expect(failure(() => tree(text))).toEqual({ code: 'DOCKERFILE_EMPTY', underlined });
  });

  test('keywords are known in any case', () => {
    expect(parseInstructions(tree('from a\nRuN b')).instructions.map(({ kind }) => kind)).toEqual([
      'from',
      'run',
    ]);
  });
});

describe('directives', () => {
  function directivesOf(text: string): string[] {
    return tree(text).directives.map(({ name, value }) => `${name}:${value}`);
  }

  test.each([
    ['# syntax=a/b:1\n# escape=`\nFROM a', ['syntax:a/b:1', 'escape:`']],
    ['#SYNTAX = a b  \nFROM a', ['syntax:a b']],
    ['  # check=skip=all\nFROM a', ['check:skip=all']],
    ['\ufeff# escape=`\r\nFROM a', ['escape:`']],
    ['\n# escape=`\nFROM a', []],
    ['# hello\n# escape=`\nFROM a', []],
    ['# other=1\n# escape=`\nFROM a', []],
    ['FROM a\n# escape=`', []],
    [
      '#!/usr/bin/x\n# syntax=a\n# escape=`\n# check=error=true\nFROM a',
      ['syntax:a', 'check:error=true'],
    ],
  ])('%j', (text, expected) => {
    expect(directivesOf(text)).toEqual(expected);
  });

  test('are refused when they are wrong', () => {
    expect(failure(() => tree('# escape=`\n# Escape=\\\nFROM a'))).toEqual({
      code: 'DOCKERFILE_DUPLICATE_DIRECTIVE',
      underlined: '# Escape=\\',
    });
    expect(failure(() => tree('# escape=^\nFROM a'))).toEqual({
      code: 'DOCKERFILE_INVALID_ESCAPE',
      underlined: '^',
    });
    expect(failure(() => tree('# check=skip\nFROM a'))).toEqual({
      code: 'DOCKERFILE_INVALID_CHECK',
      underlined: 'skip',
    });
  });

  test('are no comments of the instruction below', () => {
    const [node] = tree('# syntax=a\n# build it\nFROM a').instructions;
    expect(node?.comments.map(({ text }) => text)).toEqual(['build it']);
  });
});

describe('comments above an instruction', () => {
  test.each([
    ['# a\n#  b \nFROM x', ['a', 'b']],
    ['# a\n\nFROM x', ['a']],
    ['# a\n#\n# b\nFROM x', ['b']],
    ['FROM y\n# a\nFROM x', ['a']],
    ['  # a\nFROM x', ['a']],
  ])('%j', (text, expected) => {
    const last = tree(text).instructions.at(-1);
    expect(last?.comments.map((comment) => comment.text)).toEqual(expected);
  });

  test('describe stages and build arguments', () => {
    expect(one('from', '# base what it is\nFROM a AS Base').description).toBe('what it is');
    expect(one('from', '# other what it is\nFROM a AS base').description).toBeUndefined();
    const { args } = one('arg', '# B second\n# A first\nARG A=1 B');
    expect(args.map(({ description }) => description)).toEqual(['first', 'second']);
  });

  test('may carry check settings', () => {
    const [node] = tree('# note\n# check=skip=A,B;error=true\nFROM a').instructions;
    expect(node?.check).toMatchObject({ skip: ['A', 'B'], error: true, skipAll: false });
  });
});

test('a text with too many instructions is refused', () => {
  const error = appError(() => parseDockerfile('#\n'.repeat(260_000), { file: FILE }));
  expect(error.code).toBe('DOCKERFILE_TOO_LARGE');
});
