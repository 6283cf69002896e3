/**
 * One instruction's line after its physical lines were joined. Every stretch of it can be traced back to
 * the source: the line is a row of segments, each copied from one physical line.
 */
import type { SourceRange } from '../errors.ts';
import type { SourceMap } from './source.ts';
import type { ArgumentLine, Word } from './tree.ts';

export class LogicalLine {
  readonly text: string;
  readonly source: SourceMap;
  /** Where in `text` and in the source each segment starts; ascending. */
  private readonly starts: readonly number[];
  private readonly origins: readonly number[];

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
    this.starts = starts;
    this.origins = origins;
  }

  /** The source range of `start..end`; for an empty stretch the place before `start`. */
  range(start: number, end: number): SourceRange {
    const from = this.toSource(start);
    return this.source.range(from, end > start ? this.toSource(end - 1) + 1 : from);
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

  private toSource(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return (this.origins[low] ?? 0) + offset - (this.starts[low] ?? 0);
  }
}
