import type { ErrorCode } from '../../error-code.ts';

/** A fault inside a word, before anybody knows where in the source the word lies. */
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

/** No value may grow beyond this: doubling a variable forty times must not eat the machine's memory. */
export const MAX_EXPANSION = 32 * 1024 * 1024;
