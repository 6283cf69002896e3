/** A text that is being parsed, with the positions of its characters. */
import { AppError, type SourceLocation, type SourcePosition } from '../errors.ts';

export interface SyntaxFault {
  readonly expected?: string | undefined;
  readonly hint?: string | undefined;
}

export class Source {
  readonly file: string;
  readonly text: string;
  private lineStarts: number[] | undefined;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  /** @param start offset of the first character; @param end offset behind the last one */
  location(start: number, end: number): SourceLocation {
    const range = { start: this.position(start), end: this.position(Math.max(start, end)) };
    return { file: this.file, text: this.text, range };
  }

  /** @returns an AppError HCL_SYNTAX that underlines the range */
  fault(message: string, start: number, end: number, options: SyntaxFault = {}): AppError {
    const { length } = this.text;
    const location = this.location(Math.min(start, length), Math.min(end, length));
    return new AppError('HCL_SYNTAX', message, { ...options, location });
  }

  private position(offset: number): SourcePosition {
    this.lineStarts ??= lineStartsOf(this.text);
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.lineStarts[low] ?? 0) + 1, offset };
  }
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
