/** Errors inside the parser, before the name of the file is known. */
import type { ErrorCode } from '../error-code.ts';
import { AppError, type SourceLocation, type SourceRange } from '../errors.ts';
import type { SourceMap } from './source.ts';

export interface FaultOptions {
  readonly range: SourceRange;
  readonly expected?: string | undefined;
  readonly hint?: string | undefined;
}

/** Becomes an `AppError` with a location once the text of its range is known. */
export class InstructionFault extends Error {
  readonly code: ErrorCode;
  readonly options: FaultOptions;

  constructor(code: ErrorCode, message: string, options: FaultOptions) {
    super(message);
    this.code = code;
    this.options = options;
  }

  toError(source: SourceMap): AppError {
    const { range, expected, hint } = this.options;
    const location = source.location(range);
    const lineEnds = lineEndHint(location);
    return new AppError(this.code, this.message, {
      expected: lineEnds === undefined ? expected : undefined,
      hint: lineEnds ?? hint,
      location,
    });
  }
}

/** CR alone (old Mac files) ends no line of a Dockerfile, and is invisible in most editors. */
function lineEndHint({ text, range }: SourceLocation): string | undefined {
  const start = text.lastIndexOf('\n', Math.max(0, range.start.offset - 1)) + 1;
  const next = text.indexOf('\n', range.end.offset);
  const lines = text.slice(start, next < 0 ? undefined : next);
  if (!/\r(?=[^\r\n])/.test(lines)) return undefined;
  const what = text.includes('\n') ? 'this line contains' : 'the lines of the file end with';
  return `${what} CR alone, which does not end a line: save the file with LF line endings (tr '\\r' '\\n')`;
}

/** Runs `work` and converts its faults to `AppError`s with locations in `source`. */
export function located<T>(source: SourceMap, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof InstructionFault ? error.toError(source) : error;
  }
}
