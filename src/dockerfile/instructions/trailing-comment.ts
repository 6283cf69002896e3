/**
 * A number sign after an instruction starts no comment: further arguments follow. If that must fail, this is reported
 * as the reason; otherwise it is a warning.
 */

import type { SourceRange } from '../../errors.ts';
import { InstructionFault } from '../fault.ts';
import { isSpace } from '../space.ts';
import type { ArgumentLine, Word } from '../tree.ts';
import { keywordOf, type Scope } from './scope.ts';

const CODE = 'DOCKERFILE_TRAILING_COMMENT';
const HINT = 'put the comment on a line of its own';

/** The first word with a leading number sign, except the very first word. */
export function commentWord(words: readonly Word[]): Word | undefined {
  return words.find((word, index) => index > 0 && word.text.startsWith('#'));
}

/** The range from the first unquoted number sign after a space to the end of the text. */
export function commentRange(line: ArgumentLine): SourceRange | undefined {
  const start = commentStart(line.text);
  return start < 0 ? undefined : line.word(start, line.text.length, '').range;
}

/** The offset of the first unquoted number sign after a space, or -1. */
export function commentStart(text: string): number {
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === quote) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
    else if (quote === '' && character === '#' && at > 0 && isSpace(text.charCodeAt(at - 1))) {
      return at;
    }
  }
  return -1;
}

/** The error for an instruction that the comment makes invalid; `expected` is the valid form. */
export function trailingComment(
  scope: Scope,
  range: SourceRange,
  expected: string,
): InstructionFault {
  const message = `${keywordOf(scope.node)} takes no comment on the same line`;
  return new InstructionFault(CODE, message, { range, expected, hint: HINT });
}

/** Warns that the comment becomes `what`. */
export function warnOfComment(scope: Scope, range: SourceRange | undefined, what: string): void {
  if (range === undefined) return;
  const message = `# does not start a comment here: it and the text after it become ${what}`;
  scope.warn({ code: CODE, message, hint: HINT }, range);
}
