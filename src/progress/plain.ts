/**
 * The display for logs: one line per happening, in the form of BuildKit's plain output, which people and scripts
 * know how to read. Every line of a step begins with the step's number, whatever the step prints:
 *
 *     #3 [context] load build context
 *     #3 transferring context: 2.05kB done
 *     #3 DONE 0.0s
 *
 *     #5 [build 2/5] RUN make
 *     #5 0.213 cc -o hello hello.c
 */
import type { Display, Write } from './display.ts';
import type { BuildEvent, StepInfo } from './events.ts';
import { LineSplitter } from './line-splitter.ts';
import { renderSummary } from './summary.ts';
import { printable } from './terminal-text.ts';
import { humanDuration, progressSize } from './units.ts';
import { warningLines } from './warnings.ts';

interface PlainStep {
  readonly number: number;
  started: number;
  readonly lines: Record<'stdout' | 'stderr', LineSplitter>;
  readonly statuses: Map<string, { started: number; shown: number; done: boolean }>;
}

type StatusEvent = Extract<BuildEvent, { kind: 'step.status' }>;

/** A status is shown when it is first heard of, when it is done, and this often in between. */
const STATUS_INTERVAL_MS = 1000;

export function plainDisplay(write: Write): Display {
  const steps = new Map<string, PlainStep>();

  const stepOf = (info: StepInfo, time: number): PlainStep => {
    const known = steps.get(info.id);
    if (known !== undefined) return known;
    const step: PlainStep = {
      number: steps.size + 1,
      started: time,
      lines: { stdout: new LineSplitter(), stderr: new LineSplitter() },
      statuses: new Map(),
    };
    steps.set(info.id, step);
    write(`${step.number > 1 ? '\n' : ''}#${step.number} ${printable(info.name)}\n`);
    return step;
  };

  const log = (step: PlainStep, time: number, lines: readonly Uint8Array[]): void => {
    const elapsed = (Math.max(0, time - step.started) / 1000).toFixed(3);
    for (const line of lines) {
      write(Buffer.concat([Buffer.from(`#${step.number} ${elapsed} `), line, NEWLINE]));
    }
  };

  const end = (info: StepInfo, time: number, text: string): void => {
    const step = stepOf(info, time);
    log(step, time, [...step.lines.stdout.flush(), ...step.lines.stderr.flush()]);
    write(`#${step.number} ${text}\n`);
  };

  return {
    handle(event) {
      switch (event.kind) {
        case 'build.planned':
          return;
        case 'step.started':
          stepOf(event.step, event.time).started = event.time;
          return;
        case 'step.log': {
          const step = stepOf(event.step, event.time);
          return log(step, event.time, step.lines[event.stream].push(event.data));
        }
        case 'step.status':
          return showStatus(write, stepOf(event.step, event.time), event);
        case 'step.cached':
          return end(event.step, event.time, 'CACHED');
        case 'step.completed':
          return end(event.step, event.time, `DONE ${humanDuration(event.durationMs)}`);
        case 'step.cancelled':
          return end(event.step, event.time, 'CANCELED');
        case 'step.failed':
          return end(event.step, event.time, `ERROR: ${printable(event.error.message)}`);
        case 'warning':
          return write(`\n${warningLines(event.warning).join('\n')}\n`);
        case 'build.summary':
          return write(`\n${renderSummary(event.summary).join('\n')}\n`);
      }
    },
    close() {},
  };
}

const NEWLINE = Buffer.from('\n');

function showStatus(write: Write, step: PlainStep, event: StatusEvent): void {
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

/** `: 2.05kB`, `: 1.00MB / 3.20MB`, `: 12 files`; empty where there is nothing to count. */
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
