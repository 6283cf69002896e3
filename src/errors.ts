/**
 * The errors a user can meet. Every one has a stable code (listed in docs/errors.md), a message that
 * says what happened to which object, and where possible a hint that says what to do.
 * Programming errors are plain `Error`s.
 */

import type { ErrorCode } from './error-code.ts';
import type { RuleName, WarningCode } from './warning-code.ts';

/** A position in a text: `line` and `column` count from 1, `offset` from 0 in UTF-16 code units. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** A stretch of a text; `end` is exclusive. */
export interface SourceRange {
  readonly start: SourcePosition;
  readonly end: SourcePosition;
}

/** A range together with the text it lies in, so that a display can underline it. */
export interface SourceLocation {
  /** The name shown to the user, as they wrote it. */
  readonly file: string;
  readonly text: string;
  readonly range: SourceRange;
  /** What brings a text in that is not the user's own: the FROM whose base has the text as a trigger. */
  readonly usedBy?: SourceUse | undefined;
}

/** Where a text that is not the user's own is brought in. */
export interface SourceUse {
  readonly file: string;
  readonly line: number;
}

/**
 * A part of an instruction that an error can be about. What an instruction has several of is counted from 0, sources
 * and mounts in the order in which they are written; `user` is the USER that a step runs as.
 */
export type InstructionPart =
  | 'instruction'
  | 'destination'
  | 'chown'
  | 'chmod'
  | 'checksum'
  | 'workdir'
  | 'user'
  | `source:${number}`
  | `heredoc:${number}`
  | `exclude:${number}`
  | `mount:${number}`
  | `mount:${number}.${'source' | 'target'}`;

/** What an error can carry besides its code and message. */
export interface AppErrorOptions {
  /** What the user can do about it. */
  readonly hint?: string | undefined;
  /** What would have been valid here. */
  readonly expected?: string | undefined;
  readonly location?: SourceLocation | undefined;
  /** The part of the instruction that is wrong, for errors of operations, which do not know the text. The solver turns it into a location. */
  readonly part?: InstructionPart | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** An error with a stable code, made to be shown to the user. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly expected: string | undefined;
  readonly location: SourceLocation | undefined;
  readonly part: InstructionPart | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  /**
   * @param code `AREA_CONDITION`, stable for ever
   * @param message lower case, no trailing stop: what happened, to which object
   */
  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.hint = options.hint;
    this.expected = options.expected;
    this.location = options.location;
    this.part = options.part;
    this.details = options.details;
  }
}

/** How the process of a step ended. */
export interface StepFailure {
  /** Exit status of the process, 0..255; undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** The last lines the process wrote, oldest first. */
  readonly outputTail: readonly string[];
  /** The instruction as written, on one line. */
  readonly instruction: string;
}

/** A build step whose process failed. */
export class StepError extends AppError {
  readonly failure: StepFailure;

  constructor(message: string, failure: StepFailure, options: AppErrorOptions = {}) {
    super('RUN_FAILED', message, options);
    this.name = 'StepError';
    this.failure = failure;
  }
}

/** `exit code: 2`, `killed by SIGKILL`: how the process ended, in BuildKit's words. */
export function endingOf({ exitCode, signal }: Pick<StepFailure, 'exitCode' | 'signal'>): string {
  return exitCode === undefined ? `killed by ${signal ?? 'a signal'}` : `exit code: ${exitCode}`;
}

/** The build was ended by its AbortSignal (Ctrl-C, or the caller). */
export class AbortedError extends AppError {
  constructor(message = 'the build was cancelled', options: AppErrorOptions = {}) {
    super('BUILD_CANCELLED', message, options);
    this.name = 'AbortedError';
  }
}

/** A problem that does not stop the build. */
export interface Warning {
  readonly code: WarningCode | RuleName;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly location?: SourceLocation | undefined;
}

/** Marks unreachable code; the compiler checks that every case was handled. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}

/** The same error with a location, unless it has one. */
export function locate(error: AppError, location: SourceLocation): AppError {
  return error.location === undefined ? revised(error, { location }) : error;
}

/** The same error with more details. */
export function withDetails(error: AppError, details: Readonly<Record<string, unknown>>): AppError {
  return revised(error, { details: { ...error.details, ...details } });
}

/** An error handler that sets the part of the instruction, unless the error has one. */
export function faultIn(part: InstructionPart): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof AppError)) throw error;
    throw error.part === undefined && error.location === undefined
      ? revised(error, { part })
      : error;
  };
}

/** Runs work whose errors are about one part of the instruction. */
export function inPart<T>(part: InstructionPart, work: () => T): T {
  try {
    return work();
  } catch (error) {
    return faultIn(part)(error);
  }
}

/** A copy of the error with the same class and stack, and with some members replaced. */
export function revised(error: AppError, changes: Partial<AppErrorOptions>): AppError {
  const { hint, expected, location, part, details, cause } = error;
  const copy = copyOf(error, { hint, expected, location, part, details, cause, ...changes });
  if (error.stack !== undefined) copy.stack = error.stack;
  return copy;
}

function copyOf(error: AppError, options: AppErrorOptions): AppError {
  if (error instanceof StepError) return new StepError(error.message, error.failure, options);
  if (error instanceof AbortedError) return new AbortedError(error.message, options);
  return new AppError(error.code, error.message, options);
}
