/**
 * The content of the terminal display: finished steps are permanent lines, running steps are the repainted frame below
 * them. Pure functions of the model, the size and the time.
 */
import type { StepInfo } from './events.ts';
import { amountText } from './plain.ts';
import { clip, displayWidth, printable } from './terminal-text.ts';
import { humanDuration, humanSize } from './units.ts';

export interface RunningStep {
  readonly info: StepInfo;
  readonly started: number;
  /** When it failed; a failed step stays visible until the build ends. */
  readonly failed?: number | undefined;
  /** The last lines of output, oldest first, safe for the terminal; the last one may be unfinished. */
  readonly tail: readonly string[];
  readonly status:
    | {
        readonly label: string;
        readonly current: number;
        readonly total: number | undefined;
        readonly unit: 'bytes' | 'files' | 'layers';
      }
    | undefined;
}

export interface FrameModel {
  readonly started: number;
  readonly finished: number;
  /** Number of steps in the plan; 0 while there is none. */
  readonly total: number;
  readonly running: readonly RunningStep[];
}

export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
  readonly color: boolean;
}

/** Lines of output to show below a running step. */
const TAIL_LINES = 6;
/** Share of the screen for output: if a window narrows, more of a higher frame scrolls out of reach. */
const OUTPUT_SHARE = 1 / 2;
/** Free columns, so that lines still fit while a window is being made narrower. */
const MARGIN = 4;

/** The repainted part: running steps with their last output, and a line with the totals. */
export function frameLines(model: FrameModel, now: number, terminal: FrameSize): string[] {
  const columns = Math.max(Math.min(terminal.columns, 20), terminal.columns - MARGIN);
  const size = { ...terminal, columns };
  const rows = Math.max(2, size.rows - 1);
  const shown = shownSteps(model.running, rows - 1);
  const talking = shown.filter(({ tail }) => tail.length > 0).length;
  const outputRows = Math.min(rows, Math.floor(size.rows * OUTPUT_SHARE)) - 1 - shown.length;
  const tailRows = talking === 0 ? 0 : Math.max(0, Math.floor(outputRows / talking));
  const lines = shown.flatMap((step) => [
    step.failed === undefined
      ? stepLine('▸', runningText(step), humanDuration(now - step.started), size)
      : stepLine(paint('✗', 'red', size), runningText(step), 'failed', size),
    ...lastOf(step.tail, Math.min(TAIL_LINES, tailRows)).map((line) =>
      clip(`   ${paint('│', 'dim', size)} ${line}`, size.columns - 1),
    ),
  ]);
  return [...lines, totalsLine(model, now, size)];
}

/** The oldest steps; failed ones are always included. */
function shownSteps(steps: readonly RunningStep[], rows: number): readonly RunningStep[] {
  const failed = steps.filter((step) => step.failed !== undefined).slice(0, rows);
  const others = steps.filter((step) => step.failed === undefined);
  return [...others.slice(0, rows - failed.length), ...failed];
}

export type Outcome =
  | { readonly kind: 'cached' }
  | { readonly kind: 'completed'; readonly durationMs: number; readonly addedBytes: number }
  | { readonly kind: 'failed'; readonly durationMs: number }
  | { readonly kind: 'cancelled' };

/** The permanent line of a finished step. */
export function finishedLine(info: StepInfo, outcome: Outcome, size: FrameSize): string {
  const name = printable(info.name);
  switch (outcome.kind) {
    case 'cached':
      return stepLine(paint('✓', 'green', size), name, paint('CACHED', 'dim', size), size);
    case 'completed': {
      const added = outcome.addedBytes === 0 ? '' : `+${humanSize(outcome.addedBytes)}  `;
      const right = `${added}${humanDuration(outcome.durationMs)}`;
      return stepLine(paint('✓', 'green', size), name, right, size);
    }
    case 'failed':
      // Not clipped: users copy this line.
      return `${paint(`✗ ${name}`, 'red', size)}  ${humanDuration(outcome.durationMs)}`;
    case 'cancelled':
      return stepLine('-', name, paint('cancelled', 'dim', size), size);
  }
}

function runningText({ info, status }: RunningStep): string {
  const name = printable(info.name);
  return status === undefined ? name : `${name}: ${printable(status.label)}${amountText(status)}`;
}

function totalsLine(model: FrameModel, now: number, size: FrameSize): string {
  const { finished, total } = model;
  const of = total > 0 ? `${finished} of ${total} steps` : `${finished} steps`;
  const running = model.running.filter(({ failed }) => failed === undefined).length;
  const doing = running === model.running.length ? 'running' : 'stopping';
  const text = `${of} done, ${running} ${doing}, ${humanDuration(now - model.started)}`;
  return clip(paint(text, 'dim', size), size.columns - 1);
}

/** `▸ name                 right`, never wider than the terminal. */
function stepLine(mark: string, name: string, right: string, size: FrameSize): string {
  const columns = size.columns - 1;
  const width = columns - displayWidth(mark) - displayWidth(right) - 3;
  if (width < 8) return clip(`${mark} ${name}`, columns);
  const clipped = clip(name, width);
  const gap = ' '.repeat(Math.max(0, width - displayWidth(clipped)));
  return `${mark} ${clipped}${gap}  ${right}`;
}

function lastOf<T>(items: readonly T[], count: number): readonly T[] {
  return count <= 0 ? [] : items.slice(-count);
}

const SGR = { dim: 2, red: 31, green: 32, yellow: 33 } as const;

export function paint(
  text: string,
  style: keyof typeof SGR,
  { color }: Pick<FrameSize, 'color'>,
): string {
  return color ? `\x1b[${SGR[style]}m${text}\x1b[0m` : text;
}
