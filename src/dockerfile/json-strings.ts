/** The JSON form: an array of strings, each with its source range. */
import { InstructionFault } from './fault.ts';
import { skipSpaces } from './space.ts';
import type { ArgumentLine, Word } from './tree.ts';

const LONE_SURROGATE = /\p{Surrogate}/gu;

/**
 * @returns undefined if the text is not JSON array: the other form applies
 * @throws {InstructionFault} DOCKERFILE_JSON_NOT_STRINGS for an array of other values
 */
export function parseJsonStrings(line: ArgumentLine): Word[] | undefined {
  const { text } = line;
  const start = skipSpaces(text, 0, text.length);
  if (text[start] !== '[') return undefined;
  const words: Word[] = [];
  let at = skipJsonSpaces(text, start + 1);
  if (text[at] === ']') return isEnd(text, at + 1) ? words : undefined;
  for (;;) {
    const end = stringEnd(text, at);
    const value = end < 0 ? undefined : parseString(text.slice(at, end));
    if (value === undefined) return rejectOtherArray(line, at);
    words.push(line.word(at, end, value));
    at = skipJsonSpaces(text, end);
    if (text[at] === ']') return isEnd(text, at + 1) ? words : undefined;
    if (text[at] !== ',') return undefined;
    at = skipJsonSpaces(text, at + 1);
  }
}

function rejectOtherArray(line: ArgumentLine, at: number): undefined {
  try {
    JSON.parse(line.text.slice(skipSpaces(line.text, 0, line.text.length)));
  } catch {
    return undefined;
  }
  const word = line.word(at, Math.max(at + 1, elementEnd(line.text, at)));
  throw new InstructionFault(
    'DOCKERFILE_JSON_NOT_STRINGS',
    'the JSON array contains a value that is not a string',
    {
      range: word.range,
      expected: 'a string in double quotes',
      hint: 'put the value in double quotes',
    },
  );
}

function elementEnd(text: string, start: number): number {
  const comma = text.indexOf(',', start);
  const end = comma < 0 ? text.lastIndexOf(']') : comma;
  return text.slice(start, end).trimEnd().length + start;
}

/** The offset after the closing quote of the string at `start`, or -1. */
function stringEnd(text: string, start: number): number {
  if (text[start] !== '"') return -1;
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return -1;
}

function parseString(json: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' ? value.replace(LONE_SURROGATE, '\ufffd') : undefined;
  } catch {
    return undefined;
  }
}

function skipJsonSpaces(text: string, start: number): number {
  let at = start;
  while (at < text.length && ' \t\n\r'.includes(text[at] ?? '')) at += 1;
  return at;
}

function isEnd(text: string, at: number): boolean {
  return skipJsonSpaces(text, at) === text.length;
}
