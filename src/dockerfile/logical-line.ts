/**
 * The line of one instruction, joined from physical lines. Maps ranges back to the source: the line is a sequence of
 * segments, each copied from one physical line.
 */
import type { SourceRange } from '../errors.ts';
import { SegmentFinder } from './segment-finder.ts';
import type { SourceMap } from './source.ts';
import type { ArgumentLine, Word } from './tree.ts';

export class LogicalLine {
  readonly text: string;
  readonly source: SourceMap;
  /** Start of each segment in `text`. */
  readonly #segments: SegmentFinder;
  /** Start of each segment in the source. */
  readonly #sourceStarts: readonly number[];

  constructor(source: SourceMap, segments: readonly { start: number; end: number }[]) {
    this.source = source;
    const starts: number[] = [];
    const sourceStarts: number[] = [];
    const pieces: string[] = [];
    let length = 0;
    for (const { start, end } of segments) {
      if (start === end && starts.length > 0) continue;
      starts.push(length);
      sourceStarts.push(start);
      pieces.push(source.text.slice(start, end));
      length += end - start;
    }
    this.text = pieces.join('');
    this.#segments = new SegmentFinder(starts);
    this.#sourceStarts = sourceStarts;
  }

  /** The source range of `start..end`; an empty range is the position before `start`. */
  range(start: number, end: number): SourceRange {
    const from = this.#toSource(start);
    return this.source.range(from, end > start ? this.#toSource(end - 1) + 1 : from);
  }

  word(start: number, end: number, text = this.text.slice(start, end)): Word {
    return { text, range: this.range(start, end) };
  }

  /** The part `start..end` as a separate line. */
  part(start: number, end: number): ArgumentLine {
    return {
      text: this.text.slice(start, end),
      word: (from, to, text) => this.word(start + from, start + to, text),
    };
  }

  #toSource(offset: number): number {
    if (this.#sourceStarts.length === 0) return offset;
    const segment = this.#segments.find(offset);
    return (this.#sourceStarts[segment] ?? 0) + offset - this.#segments.startOf(segment);
  }
}
