/** A named text that converts offsets to positions, ranges and locations. */
import type { SourceLocation, SourcePosition, SourceRange, SourceUse } from '../errors.ts';
import { SegmentFinder } from './segment-finder.ts';

export class SourceMap {
  /** The name shown to the user. */
  readonly file: string;
  readonly text: string;
  readonly #usedBy: SourceUse | undefined;
  readonly #lines: SegmentFinder;

  constructor(text: string, file: string, usedBy?: SourceUse) {
    this.text = text;
    this.file = file;
    this.#usedBy = usedBy;
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#lines = new SegmentFinder(starts);
  }

  position(offset: number): SourcePosition {
    const line = this.#lines.find(offset);
    return { line: line + 1, column: offset - this.#lines.startOf(line) + 1, offset };
  }

  range(start: number, end: number): SourceRange {
    return { start: this.position(start), end: this.position(end) };
  }

  location(range: SourceRange): SourceLocation {
    const { file, text } = this;
    return { file, text, range, ...(this.#usedBy && { usedBy: this.#usedBy }) };
  }
}

/**
 * Finds the source range of a part of a text: exact if the text is verbatim in the source, else the range of the whole
 * text (with a continuation or a removed quote in it).
 */
export function partFinder(
  source: SourceMap,
  piece: { readonly text: string; readonly range: SourceRange },
): (start: number, end: number) => SourceRange {
  const { range, text } = piece;
  const first = range.start.offset;
  if (source.text.slice(first, range.end.offset) !== text) return () => range;
  return (start, end) => source.range(first + start, first + end);
}
