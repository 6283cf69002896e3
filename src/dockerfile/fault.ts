/** How the parts of the parser say what is wrong, before the name of the file comes in. */
import { AppError, type SourceRange } from '../errors.ts';
import type { SourceMap } from './source.ts';

export interface FaultOptions {
  readonly range: SourceRange;
  readonly expected?: string | undefined;
  readonly hint?: string | undefined;
}

/** Becomes an `AppError` with a location once it is known which text the range refers to. */
export class InstructionFault extends Error {
  readonly code: string;
  readonly options: FaultOptions;

  constructor(code: string, message: string, options: FaultOptions) {
    super(message);
    this.code = code;
    this.options = options;
  }

  toError(source: SourceMap): AppError {
    const { range, expected, hint } = this.options;
    const location = source.location(range);
    return new AppError(this.code, this.message, { expected, hint, location });
  }
}

/** Runs `work`; a fault in it comes out as an `AppError` that points into `source`. */
export function located<T>(source: SourceMap, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof InstructionFault ? error.toError(source) : error;
  }
}
