/** ENV, LABEL and ARG. */
import { InstructionFault } from '../fault.ts';
import { quote } from '../quote.ts';
import { isSeparator } from '../space.ts';
import type { ArgumentLine, Word } from '../tree.ts';
import { type LocatedWord, quotedWords } from '../words.ts';
import { refuseFlags } from './flag-set.ts';
import { descriptionOf } from './from.ts';
import { baseOf, keywordOf, missingArgument, type Scope, spanOf } from './scope.ts';
import { commentRange, commentWord, trailingComment, warnOfComment } from './trailing-comment.ts';
import type { ArgInstruction, EnvInstruction, KeyValue, LabelInstruction } from './types.ts';

/** `ENV name=value …`, or the old `ENV name value`. */
export function parseEnv(scope: Scope): EnvInstruction {
  return { ...baseOf(scope), kind: 'env', ...keyValues(scope) };
}

/** `LABEL name=value …`, or the old `LABEL name value`. */
export function parseLabel(scope: Scope): LabelInstruction {
  return { ...baseOf(scope), kind: 'label', ...keyValues(scope) };
}

/** `ARG name[=value] …` */
export function parseArg(scope: Scope): ArgInstruction {
  const { node } = scope;
  const words = quotedWords(node.line, scope.escape);
  if (words.length === 0) {
    throw missingArgument(scope, 'ARG name, or ARG name=default', 'name the build argument');
  }
  const comment = commentWord(words);
  const last = words.at(-1);
  if (comment !== undefined && last !== undefined) {
    warnOfComment(scope, spanOf(comment, last), 'names of build arguments');
  }
  const args = words.map((word) => {
    const { key: name, value } = splitPair(node.line, word);
    if (name.text === '') throw blankName(scope, word, word);
    return { name, value, description: descriptionOf(node.comments, name.text) };
  });
  return { ...baseOf(scope), kind: 'arg', args };
}

function keyValues(scope: Scope): { pairs: readonly KeyValue[]; legacy: boolean } {
  const { node } = scope;
  const keyword = keywordOf(node);
  const read = readPairs(scope);
  refuseFlags(node);
  if (read.pairs.length === 0) {
    const hint = `write ${keyword} name=value`;
    throw missingArgument(scope, `${keyword} name=value …`, hint);
  }
  const blank = read.pairs.find(({ key }) => key.text === '');
  if (blank !== undefined) throw blankName(scope, blank.key, blank.value);
  return read;
}

/** @throws {InstructionFault} for a word that is not a pair */
export function readPairs(scope: Scope): { pairs: readonly KeyValue[]; legacy: boolean } {
  const words = quotedWords(scope.node.line, scope.escape);
  const [first] = words;
  if (first !== undefined && !first.text.includes('=')) {
    return { pairs: [legacyPair(scope, first)], legacy: true };
  }
  return { pairs: words.map((word) => pairOf(scope, word, words)), legacy: false };
}

function pairOf(scope: Scope, word: LocatedWord, words: readonly LocatedWord[]): KeyValue {
  const { key, value } = splitPair(scope.node.line, word);
  if (value !== undefined) return { key, value };
  const last = words.at(-1) ?? word;
  const expected = `${keywordOf(scope.node)} name=value …`;
  if (word.text.startsWith('#')) throw trailingComment(scope, spanOf(word, last), expected);
  throw new InstructionFault('DOCKERFILE_KEY_VALUE', `${quote(word.text)} has no equals sign`, {
    range: word.range,
    expected,
    hint: 'quote a value that contains spaces, and put no spaces around the equals sign',
  });
}

/** `name rest of the line`: the value is the whole rest, including spaces. */
function legacyPair(scope: Scope, first: LocatedWord): KeyValue {
  const { line } = scope.node;
  const keyword = keywordOf(scope.node);
  const { text } = line;
  let end = 0;
  while (end < text.length && !isSeparator(text.charCodeAt(end))) end += 1;
  let start = end;
  while (start < text.length && isSeparator(text.charCodeAt(start))) start += 1;
  if (end === text.length) {
    throw new InstructionFault(
      'DOCKERFILE_KEY_VALUE',
      `${keyword} ${quote(first.text)} has no value`,
      {
        range: first.range,
        expected: `${keyword} name=value …`,
        hint: `write ${keyword} ${first.text.slice(0, 40)}= for an empty value`,
      },
    );
  }
  const pair = { key: line.word(0, end), value: line.word(start, text.length) };
  const message = `${keyword} uses the old form without an equals sign`;
  const hint = `write ${keyword} ${pair.key.text.slice(0, 40)}=…`;
  scope.warn({ code: 'LegacyKeyValueFormat', message, hint }, scope.node.range);
  warnOfComment(scope, commentRange(line), 'part of the value');
  return pair;
}

function splitPair(line: ArgumentLine, word: LocatedWord): { key: Word; value: Word | undefined } {
  const { start, end, text } = word;
  const equals = text.indexOf('=');
  if (equals < 0) return { key: word, value: undefined };
  return {
    key: line.word(start, start + equals),
    value: line.word(start + equals + 1, end, text.slice(equals + 1)),
  };
}

function blankName(scope: Scope, first: Word, last: Word): InstructionFault {
  const keyword = keywordOf(scope.node);
  return new InstructionFault('DOCKERFILE_BLANK_NAME', `${keyword} has no name`, {
    range: spanOf(first, last),
    expected: `${keyword} name=value`,
    hint: 'write a name directly before the equals sign',
  });
}
