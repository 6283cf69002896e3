/**
 * Words of a command line as a POSIX shell splits them: quotes and backslashes, without variables and patterns.
 *
 * @throws AppError CLI_FLAG_VALUE for a quote that is not closed
 */
import { AppError } from '../errors.ts';

export function shellWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (const [piece, single, double, escaped, space, plain] of text.matchAll(PIECE)) {
    if (space !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    if (piece === "'" || piece === '"') throw notClosed(text);
    word ??= '';
    word += single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? '';
  }
  return word === undefined ? words : [...words, word];
}

const PIECE = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|(\s+)|([^\s'"\\]+)|['"\\]/gs;

function notClosed(text: string): AppError {
  return new AppError('CLI_FLAG_VALUE', `a quote is not closed in ${JSON.stringify(text)}`);
}
