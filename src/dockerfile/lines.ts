/** Physical lines: their ends, comments and continuations. */
import { AppError } from '../errors.ts';
import type { SourceMap } from './source.ts';
import { skipSpaces } from './space.ts';
import type { EscapeCharacter } from './tree.ts';

/** BuildKit reads lines through a buffer of 64 KiB, including the line break. */
export const MAX_LINE_BYTES = 65_535;

export interface PhysicalLine {
  readonly start: number;
  /** The end without `\n` and the `\r`s before it. */
  readonly end: number;
  /** Start of the next line. */
  readonly next: number;
}

export class LineReader {
  private readonly source: SourceMap;
  private readonly limited: boolean;
  private offset: number;

  /** @param limited whether a line over 64 KiB is an error */
  constructor(source: SourceMap, offset: number, limited: boolean) {
    this.source = source;
    this.offset = offset;
    this.limited = limited;
  }

  /** Start of the line that `next` returns. */
  get position(): number {
    return this.offset;
  }

  /** The next line, or undefined at the end of the text. */
  next(): PhysicalLine | undefined {
    const { text } = this.source;
    const start = this.offset;
    if (start >= text.length) return undefined;
    const feed = text.indexOf('\n', start);
    let end = feed < 0 ? text.length : feed;
    if (this.limited) this.checkLength(start, end);
    this.offset = feed < 0 ? end : feed + 1;
    while (end > start && text.charCodeAt(end - 1) === 0x0d) end -= 1;
    return { start, end, next: this.offset };
  }

  private checkLength(start: number, end: number): void {
    if (3 * (end - start) <= MAX_LINE_BYTES) return;
    if (Buffer.byteLength(this.source.text.slice(start, end)) <= MAX_LINE_BYTES) return;
    throw new AppError(
      'DOCKERFILE_LINE_TOO_LONG',
      `the line is longer than ${MAX_LINE_BYTES} bytes`,
      {
        expected: `at most ${MAX_LINE_BYTES} bytes on a line`,
        hint: 'split the line with a continuation, or move the text to a file and COPY it',
        location: this.source.location(this.source.range(start, end)),
      },
    );
  }
}

/** Whether the first non-space character is a number sign. */
export function isComment(text: string, line: PhysicalLine): boolean {
  const at = skipSpaces(text, line.start, line.end);
  return at < line.end && text.charCodeAt(at) === 0x23;
}

/**
 * The offset of the escape character that continues the line, or -1. Spaces may follow it. An escape character directly
 * before it cancels it, regardless of their number.
 */
export function continuationAt(
  text: string,
  start: number,
  end: number,
  escaper: EscapeCharacter,
): number {
  let at = end - 1;
  while (at >= start && (text[at] === ' ' || text[at] === '\t')) at -= 1;
  if (at < start || text[at] !== escaper) return -1;
  return at > start && text[at - 1] === escaper ? -1 : at;
}
