/** Here-documents: the `<<NAME` tokens on an instruction's line, and their meaning. */
import { LexFault } from './expand/fault.ts';
import { type LexOptions, lex } from './expand/lexer.ts';

/** How to read the lines that follow the token. */
export interface HeredocToken {
  readonly name: string;
  readonly fd: number;
  readonly expand: boolean;
  readonly stripTabs: boolean;
}

const OPENING = /^(\d*)<<(-?)[\t\n\f\r ]*/;
/** Names without characters special to the lexer: nearly all of them. */
const SIMPLE_NAME = /^[\w.-]+$/;
const LEADING_TABS = /(?<![^\n])\t+/g;
const NOTHING_SET: LexOptions = {
  escape: '\\',
  lookup: () => undefined,
  keepUnset: true,
  split: true,
};

/**
 * The tokens of a line in order, with their offsets. None if the shell lexer cannot parse the line: the shell
 * interprets it.
 */
export function findHeredocs(line: string): { token: HeredocToken; start: number; end: number }[] {
  if (!line.includes('<<')) return [];
  const found: { token: HeredocToken; start: number; end: number }[] = [];
  for (const { text, start, end } of splitLine(line)) {
    const token = parseHeredocToken(text);
    if (token !== undefined) found.push({ token, start, end });
  }
  return found;
}

/** Parses a word such as `3<<-"EOF"`; undefined if it is no here-document. */
export function parseHeredocToken(text: string): HeredocToken | undefined {
  const match = OPENING.exec(text);
  if (match === null) return undefined;
  const word = text.slice(match[0].length);
  if (word === '' || word.includes('<')) return undefined;
  const opening = {
    fd: Math.min(Number(match[1] ?? ''), Number.MAX_SAFE_INTEGER),
    stripTabs: match[2] === '-',
  };
  if (SIMPLE_NAME.test(word)) return { ...opening, name: word, expand: true };
  try {
    const plain = lex(word, NOTHING_SET).words;
    const raw = lex(word, { ...NOTHING_SET, rawQuotes: true }).words;
    const [name] = plain;
    if (plain.length !== 1 || name === undefined) return undefined;
    return {
      name: name.text,
      ...opening,
      expand: countQuotes(name.text) === countQuotes(raw[0]?.text ?? ''),
    };
  } catch (error) {
    if (error instanceof LexFault) return undefined;
    throw error;
  }
}

/** Removes the leading tabs of every line. */
export function stripLeadingTabs(body: string): string {
  return body.replace(LEADING_TABS, '');
}

function splitLine(line: string): readonly { text: string; start: number; end: number }[] {
  try {
    return lex(line, { ...NOTHING_SET, rawQuotes: true, rawEscapes: true }).words;
  } catch (error) {
    if (error instanceof LexFault) return [];
    throw error;
  }
}

function countQuotes(text: string): number {
  return text.replace(/[^'"]/g, '').length;
}
