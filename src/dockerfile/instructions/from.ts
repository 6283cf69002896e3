import { InstructionFault } from '../fault.ts';
import { quote } from '../quote.ts';
import type { CommentNode, Word } from '../tree.ts';
import { splitWords } from '../words.ts';
import { readFlagSet } from './flag-set.ts';
import { baseOf, missingArgument, type Scope, spanOf } from './scope.ts';
import { commentWord, trailingComment } from './trailing-comment.ts';
import type { FromInstruction } from './types.ts';

const STAGE_NAME = /^[a-z][a-z0-9-_.]*$/;
const FORM = 'FROM image, or FROM image AS name';

/** `FROM [--platform=P] image [AS name]` */
export function parseFrom(scope: Scope): FromInstruction {
  const { node } = scope;
  const words = splitWords(node.line);
  const [image, as, stageWord] = words;
  if (image === undefined) {
    throw missingArgument(scope, FORM, 'name the image to start from, or write FROM scratch');
  }
  const named = words.length === 3 && as?.text.toLowerCase() === 'as';
  if (words.length !== 1 && !named) throw wrongWords(scope, words);
  const stage = named && stageWord !== undefined ? stageName(stageWord) : undefined;
  if (named && as !== undefined && stageWord !== undefined) warnOfCase(scope, as, stageWord);
  const flags = readFlagSet(node, { platform: 'text' });
  return {
    ...baseOf(scope),
    kind: 'from',
    image,
    stage,
    stageWord: named ? stageWord : undefined,
    platform: flags.filled('platform'),
    description: stage === undefined ? undefined : descriptionOf(node.comments, stage),
  };
}

/** The description of `name` in a comment block: the rest of the first line that starts with it. */
export function descriptionOf(comments: readonly CommentNode[], name: string): string | undefined {
  const prefix = `${name} `;
  const line = comments.find(({ text }) => text.startsWith(prefix));
  return line?.text.slice(prefix.length);
}

function stageName(word: Word): string {
  const name = word.text.toLowerCase();
  if (STAGE_NAME.test(name)) return name;
  throw new InstructionFault(
    'DOCKERFILE_INVALID_STAGE_NAME',
    `${quote(word.text)} is not a valid stage name`,
    {
      range: word.range,
      expected: 'a letter, then letters, digits, and the characters - _ .',
      hint: 'choose a name that begins with a letter, for example build',
    },
  );
}

function wrongWords(scope: Scope, words: readonly Word[]): InstructionFault {
  const comment = commentWord(words);
  const last = words.at(-1);
  if (comment !== undefined && last !== undefined) {
    return trailingComment(scope, spanOf(comment, last), FORM);
  }
  const second = words[1] ?? words[0];
  const range =
    second === undefined || last === undefined ? scope.node.range : spanOf(second, last);
  const hint =
    second?.text.toLowerCase() === 'as'
      ? 'a stage name is one word after AS'
      : 'write AS before the stage name; an image reference contains no spaces';
  const message =
    words.length === 3 && second !== undefined
      ? `the second word of FROM must be AS, not ${quote(second.text)}`
      : `FROM takes one or three words, not ${words.length}`;
  return new InstructionFault('DOCKERFILE_FROM_ARGUMENTS', message, {
    range,
    expected: FORM,
    hint,
  });
}

function warnOfCase(scope: Scope, as: Word, stage: Word): void {
  if (stage.text !== stage.text.toLowerCase()) {
    const message = `stage name ${quote(stage.text)} contains upper-case letters`;
    const hint = `write ${stage.text.toLowerCase()}: stage names are not case-sensitive`;
    scope.warn({ code: 'StageNameCasing', message, hint }, stage.range);
  }
  const { keyword } = scope.node;
  const lower = keyword === keyword.toLowerCase();
  if (!lower && keyword !== keyword.toUpperCase()) return;
  const wanted = lower ? as.text.toLowerCase() : as.text.toUpperCase();
  if (as.text === wanted) return;
  const message = `${quote(as.text)} and ${quote(keyword)} differ in case`;
  scope.warn({ code: 'FromAsCasing', message, hint: `write ${wanted}` }, as.range);
}
