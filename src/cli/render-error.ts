/**
 * Formats an error for people: what happened, where, the source with the mistake underlined, what was expected,
 * what to do, and the code to look up.
 */
import { AbortedError, type AppError, endingOf, StepError } from '../errors.ts';
import { outputLine, printable } from '../progress/index.ts';
import { doctorFor } from './doctor-hint.ts';
import { excerpt, locationLine } from './source-excerpt.ts';
import { asUserError } from './user-error.ts';

export interface RenderErrorOptions {
  readonly color: boolean;
  /** Show stack traces of internal errors. */
  readonly debug: boolean;
}

/** @returns whole lines for standard error */
export function renderError(error: unknown, options: RenderErrorOptions): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return error.errors.map((one) => renderError(one, options)).join('\n');
  }
  if (error instanceof AbortedError) return 'cancelled\n';
  const shown = asUserError(error);
  const lines = shown === undefined ? internalLines(error, options) : appErrorLines(shown, options);
  if (shown !== undefined && options.debug && shown.stack !== undefined) {
    lines.push(...shown.stack.split('\n').slice(1).map(printable));
  }
  return `${lines.join('\n')}\n`;
}

function appErrorLines(error: AppError, options: RenderErrorOptions): string[] {
  const lines = [`${heading(options)}: ${printable(messageOf(error))}`];
  lines.push(...locationLines(error, options), ...outputLines(error, options));
  const { bakeTarget } = error.details ?? {};
  if (typeof bakeTarget === 'string') lines.push(note('target', bakeTarget));
  if (error.expected !== undefined) lines.push(note('expected', error.expected));
  const cause = causeText(error);
  if (cause !== undefined) lines.push(note('cause', cause));
  if (error.hint !== undefined) lines.push(note('hint', error.hint));
  const doctor = doctorFor(error);
  if (doctor !== undefined) lines.push(note('hint', doctor));
  lines.push(note('code', `${error.code} (lamina explain ${error.code})`));
  const { lookInside } = error.details ?? {};
  if (typeof lookInside === 'string') lines.push(note('look inside', lookInside));
  return lines;
}

/** Omits the command of a step from the message: it is in the source, or was already shown. */
function messageOf(error: AppError): string {
  if (!(error instanceof StepError)) return error.message;
  return `RUN did not complete successfully: ${endingOf(error.failure)}`;
}

/** Where it happened. A command that a display has shown is not repeated; displays do not show scripts. */
function locationLines(error: AppError, options: RenderErrorOptions): string[] {
  const { location } = error;
  if (location === undefined) return [];
  const isShown =
    error instanceof StepError && isOutputShown(error) && !/<</.test(error.failure.instruction);
  return isShown && location.usedBy === undefined
    ? [locationLine(location)]
    : excerpt(location, options);
}

function isOutputShown(error: AppError): boolean {
  return error.details?.outputShown === true;
}

function internalLines(error: unknown, options: RenderErrorOptions): string[] {
  const message = error instanceof Error ? error.message : String(error);
  const lines = [`${heading(options)}: unexpected: ${printable(message)}`];
  if (options.debug && error instanceof Error)
    lines.push(...(error.stack ?? '').split('\n').map(printable));
  else lines.push(note('hint', 'set LAMINA_DEBUG=1 to see the stack trace'));
  lines.push(
    note('hint', 'this is a bug in lamina: please report it, with the steps that led to it'),
  );
  lines.push(note('code', 'INTERNAL (lamina explain INTERNAL)'));
  return lines;
}

function heading({ color }: RenderErrorOptions): string {
  return color ? '\x1b[1;31merror\x1b[0m' : 'error';
}

function note(label: string, text: string): string {
  return `  ${label}: ${text
    .split('\n')
    .map(printable)
    .join(`\n  ${' '.repeat(label.length + 2)}`)}`;
}

/** Causes that the message does not already contain. */
function causeText(error: AppError): string | undefined {
  const { cause } = error;
  if (!(cause instanceof Error) || error.message.includes(cause.message)) return undefined;
  return cause.message;
}

/** The last lines of output, unless they were already shown. */
function outputLines(error: AppError, options: RenderErrorOptions): string[] {
  if (isOutputShown(error)) return [];
  const isStep = error instanceof StepError;
  const tail = isStep ? error.failure.outputTail : error.details?.outputTail;
  if (!Array.isArray(tail) || tail.length === 0) {
    return isStep ? ['  the step printed nothing'] : [];
  }
  return [
    `  last ${tail.length === 1 ? 'line' : `${tail.length} lines`} of output:`,
    ...tail.map((line) => `    ${outputLine(Buffer.from(String(line)), options)}`),
  ];
}
