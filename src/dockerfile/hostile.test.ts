// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables are what is tested
/** Hostile texts: each must terminate, without a stack overflow, with a result or a user error. */
import { describe, expect, test } from 'vitest';
import { FILE, failure, tree } from '../../test/support/dockerfiles.ts';
import { AppError } from '../errors.ts';
import { expandHeredoc, expandWord, expandWords } from './expand/expand-word.ts';
import { readDockerfile } from './parse.ts';
import { parseInstructions } from './parse-instructions.ts';
import { printTree } from './tree.ts';

const SIZE = 1_000_000;

function fill(piece: string): string {
  return piece.repeat(Math.ceil(SIZE / piece.length));
}

function outcome(work: () => unknown): string {
  try {
    work();
    return 'ok';
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

describe('files', () => {
  test.each([
    ['continuations', `FROM a\nRUN b \\\n${fill('c \\\n')}`, 'ok'],
    ['escapes alone', `FROM a\nRUN b\\\n${fill('\\\n')}`, 'ok'],
    ['comments in a continuation', `FROM a\nRUN b \\\n${fill('#\n')}`, 'ok'],
    ['blank lines in a continuation', `FROM a\nRUN b \\\n${fill('\n')}`, 'ok'],
    ['blank lines', `FROM a\n${fill('\n')}`, 'ok'],
    [
      'here-documents',
      `FROM a\nRUN \\\n${fill('<<A \\\n')}b\n${'A\n'.repeat(200_000)}`,
      'DOCKERFILE_UNKNOWN_INSTRUCTION',
    ],
    [
      'open here-documents',
      `FROM a\nRUN \\\n${fill('<<A \\\n')}b\n`,
      'DOCKERFILE_UNTERMINATED_HEREDOC',
    ],
    ['blanks before a here-document', `FROM a\nRUN <<\\\n${fill(`${' '.repeat(999)}\\\n`)}<`, 'ok'],
    ['open substitutions', `FROM a\nRUN <<A\\\n${fill('${a:-\\\n')}`, 'ok'],
    ['triggers of triggers', `FROM a\n${fill('ONBUILD \\\n')}`, 'DOCKERFILE_ONBUILD_FORBIDDEN'],
    ['flags', `FROM a\nRUN \\\n${fill('--mount=type=tmpfs \\\n')}b`, 'ok'],
    ['quotes in a flag', `FROM a\nRUN --a="\\\n${fill("'' \\\n")}" b`, 'DOCKERFILE_UNKNOWN_FLAG'],
    ['options of a mount', `FROM a\nRUN --mount=\\\n${fill('a=b,\\\n')} b`, 'ok'],
    ['words', `FROM a\nCOPY \\\n${fill('a a a a a a a a \\\n')}b`, 'ok'],
    ['pairs', `FROM a\nENV \\\n${fill('a=b a=b a=b a=b \\\n')}c=d`, 'ok'],
    ['quotes of a pair', `FROM a\nENV a=\\\n${fill('"\'"\\\n')}`, 'ok'],
    ['strings in JSON', `FROM a\nCMD [\\\n${fill('"a",\\\n')}"b"]`, 'ok'],
    ['brackets in JSON', `FROM a\nCMD \\\n${fill('[[[[[[[[\\\n')}`, 'ok'],
    [
      'brackets that close',
      `FROM a\nCMD \\\n${fill('[[[[[[[[\\\n')}${fill(']]]]]]]]\\\n')}`,
      undefined,
    ],
  ])('of %s', (_, text, expected) => {
    const result = outcome(() => parseInstructions(tree(text)));
    if (expected !== undefined) expect(result).toBe(expected);
    const read = readDockerfile(text, { file: FILE });
    expect(printTree(read.tree) === text).toBe(true);
    expect(read.problems.length).toBeLessThan(2);
  });
});

describe('words', () => {
  const values: Readonly<Record<string, string>> = {
    v: 'ab'.repeat(50),
    big: 'ab'.repeat(SIZE / 2),
  };
  const lookup = (name: string) => (Object.hasOwn(values, name) ? values[name] : undefined);
  const half = SIZE / 10;

  test.each([
    ['nested defaults', `${'${u:-a'.repeat(half)}${'}'.repeat(half)}`, 'ok'],
    ['nested quotes', `${'${u:-"'.repeat(half)}${'"}'.repeat(half)}`, undefined],
    ['nested patterns', `${'${v#'.repeat(half)}${'}'.repeat(half)}`, 'ok'],
    ['nested replacements', `${'${v/a/'.repeat(half)}${'}'.repeat(half)}`, 'ok'],
    ['open substitutions', fill('${a:-'), 'DOCKERFILE_UNTERMINATED_SUBSTITUTION'],
    ['undefined names', fill('$u'), 'ok'],
    ['quotes', fill('"a"\'b\''), 'ok'],
    ['a long name', `$${fill('é')}`, 'ok'],
    ['many stars', `\${v#${fill('*')}}`, 'ok'],
    ['a value that grows', '$big'.repeat(100), 'DOCKERFILE_EXPANSION_TOO_LARGE'],
    ['a value that replaces itself', '${big//a/$big}', 'DOCKERFILE_EXPANSION_TOO_LARGE'],
    ['a costly pattern', `\${big/${'a?'.repeat(1000)}c/}`, 'DOCKERFILE_EXPANSION_TOO_LARGE'],
  ])('of %s', (_, text, expected) => {
    for (const expand of [expandWord, expandWords, expandHeredoc]) {
      const result = outcome(() => expand(text, { lookup }));
      if (expected !== undefined) expect(result).toBe(expected);
    }
  });

  test('look every variable up once', () => {
    let count = 0;
    const counting = () => {
      count += 1;
      return undefined;
    };
    expandWord(`${'${u:-'.repeat(1000)}$w${'}'.repeat(1000)}`, { lookup: counting });
    expect(count).toBe(1001);
  });
});

test('an error in the middle of a long text has its exact location', () => {
  const text = `FROM a\n${'RUN b\n'.repeat(1000)}RUM c\n${'RUN d\n'.repeat(1000)}`;
  expect(failure(() => parseInstructions(tree(text))).underlined).toBe('RUM');
});
