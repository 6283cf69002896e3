/**
 * The display for logs: one line for each event, in the format of BuildKit's plain output, which people and scripts can
 * read. Every line of a step starts with the step's number. Of its escape sequences only colours pass, since logs are
 * read on terminals too:
 *
 *     #3 [context] load build context
 *     #3 transferring context: 2.05kB done
 *     #3 DONE 0.0s
 *
 *     #5 [build 2/5] RUN make
 *     #5 0.213 cc -o hello hello.c
 */
import { endingOf, StepError } from '../errors.ts';
import type { Display, Write } from './display.ts';
import type { BuildEvent, BuildSummary, StepInfo } from './events.ts';
import { isolationLine } from './isolation-line.ts';
import { LineSplitter } from './line-splitter.ts';
import { renderSummary, type SummaryKind } from './summary.ts';
import { printable, safeLine } from './terminal-text.ts';
import { humanDuration, progressSize } from './units.ts';
import { warningLines } from './warnings.ts';

export interface PlainDisplayOptions {
  /** Whether to keep the steps' colours. Default: true. */
  readonly color?: boolean | undefined;
  /** Default: `short`. */
  readonly summary?: SummaryKind | undefined;
}

interface PlainStep {
  readonly number: number;
  started: number;
  readonly lines: Record<'stdout' | 'stderr', LineSplitter>;
  /** The last lines of the step, oldest first. */
  tail: string[];
  /** Line count of the display when it printed the last of them. */
  lastLine: number;
  /** When an unfinished line was last shown. */
  unfinished: number;
  readonly statuses: Map<string, { started: number; shown: number; done: boolean }>;
}

type StatusEvent = Extract<BuildEvent, { kind: 'step.status' }>;

/** Milliseconds between two lines of a status; its first and last line are always shown. */
const STATUS_INTERVAL_MS = 1000;
/** Milliseconds between two lines of progress that a step overwrites with carriage returns. */
const UNFINISHED_INTERVAL_MS = 5000;
/** After this many lines of other steps, the last lines of a failed step are repeated. */
const OUT_OF_SIGHT = 20;
const REPEATED_LINES = 5;

export function plainDisplay(writeText: Write, options: PlainDisplayOptions = {}): Display {
  const { color = true } = options;
  const steps = new Map<string, PlainStep>();
  let written = 0;
  const write = (text: string): void => {
    written += 1;
    writeText(text);
  };

  const stepOf = (info: StepInfo, time: number): PlainStep => {
    const known = steps.get(info.id);
    if (known !== undefined) return known;
    const step: PlainStep = {
      number: steps.size + 1,
      started: time,
      lines: { stdout: new LineSplitter(), stderr: new LineSplitter() },
      tail: [],
      lastLine: 0,
      unfinished: time,
      statuses: new Map(),
    };
    steps.set(info.id, step);
    write(`${step.number > 1 ? '\n' : ''}#${step.number} ${printable(info.name)}\n`);
    return step;
  };

  const log = (step: PlainStep, time: number, lines: readonly Uint8Array[]): void => {
    const elapsed = (Math.max(0, time - step.started) / 1000).toFixed(3);
    for (const line of lines) {
      const text = safeLine(line, { color });
      write(`#${step.number} ${elapsed} ${text}\n`);
      step.tail = [...step.tail, text].slice(-REPEATED_LINES);
      step.lastLine = written;
    }
  };

  const takeLog = (event: Extract<BuildEvent, { kind: 'step.log' }>): void => {
    const step = stepOf(event.step, event.time);
    const splitter = step.lines[event.stream];
    const lines = splitter.push(event.data);
    log(step, event.time, lines);
    const pending = splitter.pending();
    if (lines.length > 0 || !pending.includes(CARRIAGE_RETURN)) return;
    if (event.time - step.unfinished < UNFINISHED_INTERVAL_MS) return;
    step.unfinished = event.time;
    log(step, event.time, [pending]);
  };

  const flushed = (info: StepInfo, time: number): PlainStep => {
    const step = stepOf(info, time);
    log(step, time, [...step.lines.stdout.flush(), ...step.lines.stderr.flush()]);
    return step;
  };

  const end = (info: StepInfo, time: number, text: string): void =>
    write(`#${flushed(info, time).number} ${text}\n`);

  const repeatTail = ({ number, tail, lastLine }: PlainStep): void => {
    if (tail.length === 0 || written - lastLine < OUT_OF_SIGHT) return;
    const count = tail.length === 1 ? 'line' : `${tail.length} lines`;
    write(`#${number} last ${count} of output, from above:\n`);
    for (const line of tail) write(`#${number} ${line}\n`);
  };

  const showSummary = (summary: BuildSummary): void => {
    const lines = renderSummary(summary, { kind: options.summary });
    if (lines.length > 0) write(`\n${lines.join('\n')}\n`);
  };

  return {
    showsOutput: true,
    handle(event) {
      switch (event.kind) {
        case 'build.planned':
          return;
        case 'build.isolation':
          return showIsolation(write, event);
        case 'step.started':
          stepOf(event.step, event.time).started = event.time;
          return;
        case 'step.log':
          return takeLog(event);
        case 'step.status':
          return showStatus(write, stepOf(event.step, event.time), event);
        case 'step.cached':
          return end(event.step, event.time, 'CACHED');
        case 'step.completed':
          return end(event.step, event.time, `DONE ${humanDuration(event.durationMs)}`);
        case 'step.cancelled':
          return end(event.step, event.time, 'CANCELED');
        case 'step.failed':
          repeatTail(flushed(event.step, event.time));
          return end(event.step, event.time, `ERROR: ${failureText(event.error)}`);
        case 'warning':
          return write(`\n${warningLines(event.warning).join('\n')}\n`);
        case 'build.summary':
          return showSummary(event.summary);
      }
    },
    close() {},
  };
}

const CARRIAGE_RETURN = 0x0d;

/** In BuildKit's words, but without the command, which is in the step's name. */
function failureText(error: Error): string {
  if (!(error instanceof StepError)) return printable(error.message);
  return `process did not complete successfully: ${endingOf(error.failure)}`;
}

function showIsolation(
  write: (text: string) => void,
  event: Extract<BuildEvent, { kind: 'build.isolation' }>,
): void {
  const line = isolationLine(event);
  if (line !== undefined) write(`${line}\n`);
}

function showStatus(write: (text: string) => void, step: PlainStep, event: StatusEvent): void {
  const known = step.statuses.get(event.label);
  if (known?.done === true) return;
  if (known !== undefined && !event.done && event.time - known.shown < STATUS_INTERVAL_MS) return;
  const started = known?.started ?? event.time;
  step.statuses.set(event.label, { started, shown: event.time, done: event.done });
  const elapsed = event.time - started;
  const time = elapsed > 10 ? ` ${humanDuration(elapsed)}` : '';
  const done = event.done ? ' done' : '';
  write(`#${step.number} ${printable(event.label)}${amountText(event)}${time}${done}\n`);
}

/** `: 2.05kB`, `: 1.00MB / 3.20MB`, `: 12 files`; empty if there is nothing to count. */
export function amountText(event: Pick<StatusEvent, 'current' | 'total' | 'unit'>): string {
  const { current, total, unit } = event;
  if (unit === 'bytes') {
    const of = total === undefined || total === current ? '' : ` / ${progressSize(total)}`;
    return `: ${progressSize(current)}${of}`;
  }
  if (current === 0 && total === undefined) return '';
  const of = total === undefined || total === current ? '' : `/${total}`;
  const one = (total ?? current) === 1;
  return `: ${current}${of} ${one ? unit.slice(0, -1) : unit}`;
}
