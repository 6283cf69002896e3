/**
 * One instruction's line after its physical lines were joined. Every stretch of it can be traced back to
 * the source: the line is a row of segments, each copied from one physical line.
 */
import type { SourceRange } from '../errors.ts';
import type { SourceMap } from './source.ts';
import { StretchFinder } from './stretch-finder.ts';
import type { ArgumentLine, Word } from './tree.ts';

export class LogicalLine {
  readonly text: string;
  readonly source: SourceMap;
  /** Where in `text` each segment starts. */
  readonly #segments: StretchFinder;
  /** Where in the source. */
  readonly #origins: readonly number[];

  constructor(source: SourceMap, segments: readonly { start: number; end: number }[]) {
    this.source = source;
    const starts: number[] = [];
    const origins: number[] = [];
    const pieces: string[] = [];
    let length = 0;
    for (const { start, end } of segments) {
      if (start === end && starts.length > 0) continue;
      starts.push(length);
      origins.push(start);
      pieces.push(source.text.slice(start, end));
      length += end - start;
    }
    this.text = pieces.join('');
    this.#segments = new StretchFinder(starts);
    this.#origins = origins;
  }

  /** The source range of `start..end`; for an empty stretch the place before `start`. */
  range(start: number, end: number): SourceRange {
    const from = this.#toSource(start);
    return this.source.range(from, end > start ? this.#toSource(end - 1) + 1 : from);
  }

  word(start: number, end: number, text = this.text.slice(start, end)): Word {
    return { text, range: this.range(start, end) };
  }

  /** The part `start..end` as a line of its own. */
  part(start: number, end: number): ArgumentLine {
    return {
      text: this.text.slice(start, end),
      word: (from, to, text) => this.word(start + from, start + to, text),
    };
  }

  #toSource(offset: number): number {
    if (this.#origins.length === 0) return offset;
    const segment = this.#segments.find(offset);
    return (this.#origins[segment] ?? 0) + offset - this.#segments.startOf(segment);
  }
}
