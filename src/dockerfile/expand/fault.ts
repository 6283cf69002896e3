import type { ErrorCode } from '../../error-code.ts';

/** An error inside a word whose range in the source is not known yet. */
export class LexFault extends Error {
  readonly code: ErrorCode;
  readonly start: number;
  readonly end: number;
  readonly hint: string | undefined;
  readonly expected: string | undefined;

  /** @param span the faulty part of the word, as offsets into it */
  constructor(
    code: ErrorCode,
    message: string,
    span: {
      start: number;
      end: number;
      hint?: string | undefined;
      expected?: string | undefined;
    },
  ) {
    super(message);
    this.code = code;
    this.start = span.start;
    this.end = span.end;
    this.hint = span.hint;
    this.expected = span.expected;
  }
}

/** Limit for expanded values, in characters: doubling a variable forty times must not exhaust the memory. */
export const MAX_EXPANSION = 32 * 1024 * 1024;
