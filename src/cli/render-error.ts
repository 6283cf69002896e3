/**
 * Formats an error for people: what happened, where, the source with the mistake underlined, what was expected,
 * what to do, and the code to look up.
 */
import {
  AbortedError,
  type AppError,
  endingOf,
  type SourceLocation,
  StepError,
} from '../errors.ts';
import { clip, displayWidth, outputLine, printable } from '../progress/index.ts';
import { doctorFor } from './doctor-hint.ts';
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
  if (error.expected !== undefined) lines.push(note('expected', error.expected));
  const cause = causeText(error);
  if (cause !== undefined) lines.push(note('cause', cause));
  if (error.hint !== undefined) lines.push(note('hint', error.hint));
  const doctor = doctorFor(error.code);
  if (doctor !== undefined) lines.push(note('hint', doctor));
  const { lookInside } = error.details ?? {};
  if (typeof lookInside === 'string') lines.push(note('look inside', lookInside));
  lines.push(note('code', `${error.code} (lamina explain ${error.code})`));
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

/** Maximum number of source lines; longer ranges are shown without their middle. */
const LONGEST_EXCERPT = 8;

function locationLine({ file, range: { start }, usedBy }: SourceLocation): string {
  const use = usedBy && `, used by FROM in ${printable(usedBy.file)}:${usedBy.line}`;
  return `  --> ${printable(file)}:${start.line}:${start.column}${use ?? ''}`;
}

function excerpt(location: SourceLocation, options: RenderErrorOptions): string[] {
  const { text, range } = location;
  const lines = [locationLine(location)];
  const source = text.split('\n');
  const numbers = linesToShow(range.start.line, lastLine(location));
  const gutter = Math.max(...numbers).toString().length;
  let previous = (numbers[0] ?? 1) - 1;
  for (const number of numbers) {
    if (number !== previous + 1) lines.push(` ${' '.repeat(gutter)} …`);
    previous = number;
    const line = (source[number - 1] ?? '').replace(/\r$/, '');
    lines.push(...underlined(line, number, { location, gutter, color: options.color }));
  }
  return [lines[0] ?? '', ` ${' '.repeat(gutter)} |`, ...lines.slice(1)];
}

/** A range that ends before the first character of a line does not touch that line. */
function lastLine({ range }: SourceLocation): number {
  const { start, end } = range;
  return end.line > start.line && end.column <= 1 ? end.line - 1 : end.line;
}

function linesToShow(first: number, last: number): number[] {
  const all = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  if (all.length <= LONGEST_EXCERPT) return all;
  return [...all.slice(0, LONGEST_EXCERPT - 1), ...all.slice(-1)];
}

interface UnderlineOptions {
  readonly location: SourceLocation;
  readonly gutter: number;
  readonly color: boolean;
}

const WIDEST_LINE = 160;

function underlined(line: string, number: number, options: UnderlineOptions): string[] {
  const { start, end } = options.location.range;
  const indent = line.length - line.trimStart().length;
  const from = number === start.line ? start.column - 1 : indent;
  const to = number === end.line ? end.column - 1 : line.trimEnd().length;
  const before = visible(line.slice(0, from));
  const marked = visible(line.slice(from, Math.max(from, to)));
  const after = visible(line.slice(Math.max(from, to)));
  const shown = clip(before + marked + after, WIDEST_LINE);
  const offset = Math.min(displayWidth(before), WIDEST_LINE);
  const carets = '^'.repeat(
    Math.max(1, Math.min(displayWidth(marked), WIDEST_LINE - displayWidth(before))),
  );
  const bar = `${' '.repeat(options.gutter)} |`;
  const painted = options.color ? `\x1b[31m${carets}\x1b[0m` : carets;
  return [
    ` ${String(number).padStart(options.gutter)} | ${shown}`.trimEnd(),
    ` ${bar} ${' '.repeat(offset)}${painted}`,
  ];
}

/** As wide on the screen as `displayWidth` says: tabs are spaces here. */
function visible(text: string): string {
  return printable(text.replaceAll('\t', '    '));
}
