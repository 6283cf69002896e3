/** Shows the source of an error or a finding, with the place underlined. */
import type { SourceLocation } from '../errors.ts';
import { clip, displayWidth, printable } from '../progress/index.ts';

export interface ExcerptOptions {
  readonly color: boolean;
}

/** Maximum number of source lines; longer ranges are shown without their middle. */
const LONGEST_EXCERPT = 8;

/** `  --> Dockerfile:3:5` */
export function locationLine({ file, range: { start }, usedBy }: SourceLocation): string {
  const use = usedBy && `, used by FROM in ${printable(usedBy.file)}:${usedBy.line}`;
  return `  --> ${printable(file)}:${start.line}:${start.column}${use ?? ''}`;
}

/** The place, and its lines with carets below. */
export function excerpt(location: SourceLocation, options: ExcerptOptions): string[] {
  const { text, range } = location;
  const lines = [locationLine(location)];
  const source = text.split('\n');
  const numbers = linesToShow(range.start.line, lastLine(location));
  const gutter = Math.max(...numbers).toString().length;
  let previous = (numbers[0] ?? 1) - 1;
  for (const number of numbers) {
    if (number !== previous + 1) lines.push(` ${' '.repeat(gutter)} …`);
    previous = number;
    const line = (source[number - 1] ?? '').replace(/\r$/, '');
    lines.push(...underlined(line, number, { location, gutter, color: options.color }));
  }
  return [lines[0] ?? '', ` ${' '.repeat(gutter)} |`, ...lines.slice(1)];
}

/** A range that ends before the first character of a line does not touch that line. */
function lastLine({ range }: SourceLocation): number {
  const { start, end } = range;
  return end.line > start.line && end.column <= 1 ? end.line - 1 : end.line;
}

function linesToShow(first: number, last: number): number[] {
  const all = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  if (all.length <= LONGEST_EXCERPT) return all;
  return [...all.slice(0, LONGEST_EXCERPT - 1), ...all.slice(-1)];
}

interface UnderlineOptions {
  readonly location: SourceLocation;
  readonly gutter: number;
  readonly color: boolean;
}

const WIDEST_LINE = 160;

function underlined(line: string, number: number, options: UnderlineOptions): string[] {
  const { start, end } = options.location.range;
  const indent = line.length - line.trimStart().length;
  const from = number === start.line ? start.column - 1 : indent;
  const to = number === end.line ? end.column - 1 : line.trimEnd().length;
  const before = visible(line.slice(0, from));
  const marked = visible(line.slice(from, Math.max(from, to)));
  const after = visible(line.slice(Math.max(from, to)));
  const shown = clip(before + marked + after, WIDEST_LINE);
  const offset = Math.min(displayWidth(before), WIDEST_LINE);
  const carets = '^'.repeat(
    Math.max(1, Math.min(displayWidth(marked), WIDEST_LINE - displayWidth(before))),
  );
  const bar = `${' '.repeat(options.gutter)} |`;
  const painted = options.color ? `\x1b[31m${carets}\x1b[0m` : carets;
  return [
    ` ${String(number).padStart(options.gutter)} | ${shown}`.trimEnd(),
    ` ${bar} ${' '.repeat(offset)}${painted}`,
  ];
}

/** As wide on the screen as `displayWidth` says: tabs are spaces here. */
function visible(text: string): string {
  return printable(text.replaceAll('\t', '    '));
}
