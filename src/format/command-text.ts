/** Shell commands, and words that are continued on further lines. */
import { trimSpaces } from '../dockerfile/index.ts';
import { separators } from './shell-separators.ts';

export interface Continuation {
  /** The character that continues a line. */
  readonly escape: string;
  /** The line break. */
  readonly end: string;
}

/** A physical line of a command. */
interface CommandLine {
  /** Without the continuation. */
  readonly text: string;
  /** The comment lines before it. */
  readonly comments: readonly string[];
}

/** The same text, with the whitespace after continuations, blank lines and the indentation of comments in order. */
export function commandText(source: string, continuation: Continuation): string {
  return joined(linesOf(source, continuation.escape), continuation);
}

/**
 * The same command, with continued lines indented by multiples of four: the first level by four. Lines that begin in
 * quotes keep their indentation.
 */
export function commandWithIndent(source: string, continuation: Continuation): string {
  const lines = linesOf(source, continuation.escape);
  const isFree = breaksBetweenWords(lines.map(({ text }) => text));
  const levels = new Map(
    [...new Set(lines.flatMap(({ text }, index) => (isFree[index] ? [widthOf(text)] : [])))]
      .sort((a, b) => a - b)
      .map((width, level) => [width, ' '.repeat(4 * (level + 1))]),
  );
  const indented = lines.map(({ text, comments }, index) => {
    const own = isFree[index] ? `${levels.get(widthOf(text)) ?? ''}${text.trimStart()}` : text;
    return { comments, text: isFree[index + 1] ? `${own.trimEnd()} ` : own };
  });
  return joined(indented, continuation);
}

function linesOf(source: string, escaper: string): readonly CommandLine[] {
  const lines: CommandLine[] = [];
  let comments: string[] = [];
  const physical = source.split('\n');
  for (const [index, line] of physical.entries()) {
    const content = trimSpaces(line);
    if (index > 0 && content.startsWith('#')) comments.push(content);
    else if (content !== '') {
      const isLast = index === physical.length - 1;
      const text = isLast ? line : line.slice(0, line.lastIndexOf(escaper));
      lines.push({ text, comments });
      comments = [];
    }
  }
  return lines;
}

function joined(lines: readonly CommandLine[], { escape: escaper, end }: Continuation): string {
  return lines
    .map(({ text, comments }) => {
      const indent = /^[\t ]*/.exec(text)?.[0] ?? '';
      return [...comments.map((comment) => indent + comment + end), text].join('');
    })
    .join(escaper + end);
}

/** For each line: it begins between two words of the command, and so does its text. */
function breaksBetweenWords(lines: readonly string[]): readonly boolean[] {
  const free = separators(lines.join(''));
  let start = 0;
  return lines.map((line, index) => {
    const before = lines[index - 1] ?? '';
    const from = start - (before.length - before.trimEnd().length);
    const to = start + line.length - line.trimStart().length;
    const isFree = index > 0 && from < to && line.trim() !== '' && isAll(free, from, to);
    start += line.length;
    return isFree;
  });
}

function isAll(free: ReadonlySet<number>, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (!free.has(at)) return false;
  return true;
}

/** The width of the indentation; a tab counts as eight columns. */
function widthOf(line: string): number {
  const indent = /^[\t ]*/.exec(line)?.[0] ?? '';
  return indent.replaceAll('\t', ' '.repeat(8)).length;
}
