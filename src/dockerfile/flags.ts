/** The `--name=value` flags between a keyword and its arguments. */
import type { LogicalLine } from './logical-line.ts';
import { isSpace, skipSpaces } from './space.ts';
import type { EscapeCharacter, FlagNode, Word } from './tree.ts';

export interface FlagsAndRest {
  readonly flags: readonly FlagNode[];
  /** Start of the arguments. */
  readonly rest: number;
}

/** Parses flags from `start` up to the first other word or a bare `--`. */
export function readFlags(
  line: LogicalLine,
  start: number,
  end: number,
  escaper: EscapeCharacter,
): FlagsAndRest {
  const flags: FlagNode[] = [];
  let at = skipSpaces(line.text, start, end);
  while (line.text.startsWith('--', at) && at + 1 < end) {
    const raw = readFlagWord(line.text, at, end, escaper);
    if (raw.text === '--') return { flags, rest: raw.end };
    flags.push(flagNode(line, at, raw));
    at = skipSpaces(line.text, raw.end, end);
  }
  return { flags, rest: at };
}

interface RawFlag {
  /** Quotes and escapes removed. */
  readonly text: string;
  readonly end: number;
  /** Start of the value in the line, or -1. */
  readonly valueStart: number;
}

function readFlagWord(text: string, start: number, end: number, escaper: EscapeCharacter): RawFlag {
  let output = '';
  let quote = '';
  let valueStart = -1;
  let at = start;
  for (; at < end; at += 1) {
    let character = text[at] ?? '';
    if (quote === '' && isSpace(text.charCodeAt(at))) break;
    if (character === quote) {
      quote = '';
      continue;
    }
    if (quote === '' && (character === '"' || character === "'")) {
      quote = character;
      continue;
    }
    if (character === escaper) {
      at += 1;
      if (at >= end) break;
      character = text[at] ?? '';
    }
    output += character;
    if (character === '=' && valueStart < 0) valueStart = at + 1;
  }
  return { text: output, end: Math.min(at, end), valueStart };
}

function flagNode(line: LogicalLine, start: number, raw: RawFlag): FlagNode {
  const range = line.range(start, raw.end);
  const equals = raw.text.indexOf('=');
  if (equals < 0) return { name: raw.text.slice(2), value: undefined, range };
  const value: Word = line.word(raw.valueStart, raw.end, raw.text.slice(equals + 1));
  return { name: raw.text.slice(2, equals), value, range };
}
