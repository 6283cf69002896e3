/** The ways in which the text behind a keyword and its flags is taken apart. Quotes stay in the words. */

import { parseJsonStrings } from './json-strings.ts';
import { isBlank, isSpace, skipSpaces } from './space.ts';
import type { ArgumentForm, ArgumentLine, EscapeCharacter, Word } from './tree.ts';

/** A word with its place in the line it was taken from. */
export interface PlacedWord extends Word {
  readonly start: number;
  readonly end: number;
}

/** At blanks, whatever is quoted: FROM, EXPOSE, and COPY, ADD and VOLUME when they hold no JSON. */
export function blankWords(line: ArgumentLine): Word[] {
  const words: Word[] = [];
  const { text } = line;
  let start = 0;
  for (let at = 0; at <= text.length; at += 1) {
    if (at < text.length && !isBlank(text.charCodeAt(at))) continue;
    if (at > start) words.push(line.word(start, at));
    start = at + 1;
  }
  return words;
}

/** At spaces outside quotes: ENV, LABEL and ARG. An escape at the very end is dropped. */
export function quotedWords(line: ArgumentLine, escaper: EscapeCharacter): PlacedWord[] {
  const words: PlacedWord[] = [];
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

/** A JSON array of strings, or else all of the text as one word (none when there is no text). */
export function jsonOrWhole(line: ArgumentLine): ArgumentForm {
  const json = parseJsonStrings(line);
  if (json !== undefined) return { json: true, words: json };
  return { json: false, words: wholeWord(line) };
}

/** A JSON array of strings, or else the words between blanks. */
export function jsonOrBlankWords(line: ArgumentLine): ArgumentForm {
  const json = parseJsonStrings(line);
  if (json !== undefined) return { json: true, words: json };
  return { json: false, words: blankWords(line) };
}

export function wholeWord(line: ArgumentLine): Word[] {
  return line.text === '' ? [] : [line.word(0, line.text.length)];
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

/** Whether the word that begins at `start` and reaches the end of the text ends in an escape of nothing. */
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
