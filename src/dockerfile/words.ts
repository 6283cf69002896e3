/** Ways to split the text after a keyword and its flags. Quotes stay in the words. */

import { parseJsonStrings } from './json-strings.ts';
import { isSeparator, isSpace, skipSpaces } from './space.ts';
import type { ArgumentForm, ArgumentLine, EscapeCharacter, Word } from './tree.ts';

/** A word with its offsets in its line. */
export interface LocatedWord extends Word {
  readonly start: number;
  readonly end: number;
}

/** Splits at whitespace, regardless of quotes: FROM, EXPOSE, and the non-JSON form of COPY, ADD and VOLUME. */
export function splitWords(line: ArgumentLine): Word[] {
  const words: Word[] = [];
  const { text } = line;
  let start = 0;
  for (let at = 0; at <= text.length; at += 1) {
    if (at < text.length && !isSeparator(text.charCodeAt(at))) continue;
    if (at > start) words.push(line.word(start, at));
    start = at + 1;
  }
  return words;
}

/** Splits at spaces outside quotes: ENV, LABEL and ARG. Drops a final escape character. */
export function quotedWords(line: ArgumentLine, escaper: EscapeCharacter): LocatedWord[] {
  const words: LocatedWord[] = [];
  const { text } = line;
  let at = skipSpaces(text, 0, text.length);
  while (at < text.length) {
    const end = quotedWordEnd(text, at, escaper);
    const dropped = end === text.length && endsInEscape(text, at, escaper);
    const value = text.slice(at, dropped ? end - 1 : end);
    if (value !== '')
      words.push({ text: value, range: line.word(at, end, value).range, start: at, end });
    at = skipSpaces(text, end, text.length);
  }
  return words;
}

/** A JSON array of strings, or else the whole text as one word (none for an empty text). */
export function jsonOrWhole(line: ArgumentLine): ArgumentForm {
  const json = parseJsonStrings(line);
  if (json !== undefined) return { json: true, words: json };
  return { json: false, words: wholeWord(line) };
}

/** A JSON array of strings, or else words separated by whitespace. */
export function jsonOrWords(line: ArgumentLine): ArgumentForm {
  const json = parseJsonStrings(line);
  if (json !== undefined) return { json: true, words: json };
  return { json: false, words: splitWords(line) };
}

export function wholeWord(line: ArgumentLine): Word[] {
  return line.text === '' ? [] : [line.word(0, line.text.length)];
}

/** The line from `start` on. */
export function lineFrom(line: ArgumentLine, start: number): ArgumentLine {
  return {
    text: line.text.slice(start),
    word: (from, to, text) => line.word(start + from, start + to, text),
  };
}

function quotedWordEnd(text: string, start: number, escaper: EscapeCharacter): number {
  let quote = '';
  let at = start;
  while (at < text.length) {
    const character = text[at] ?? '';
    if (quote === '' && isSpace(text.charCodeAt(at))) return at;
    if (character === quote) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
    if (character === escaper && quote !== "'") at += 1;
    at += 1;
  }
  return text.length;
}

/** Whether the word from `start` to the end of the text ends with an unescaped escape character. */
function endsInEscape(text: string, start: number, escaper: EscapeCharacter): boolean {
  let quote = '';
  for (let at = start; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === quote) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
    if (character !== escaper || quote === "'") continue;
    if (at + 1 === text.length) return true;
    at += 1;
  }
  return false;
}
