/**
 * The live display for terminals. Finished steps scroll away as ordinary lines, so nothing is lost above the screen;
 * only the running steps below them are repainted. The whole output of a failed step is printed at the end of the
 * build, so that only the error follows it.
 */
import type { Display, Write } from './display.ts';
import type { BuildEvent, StepInfo } from './events.ts';
import { isolationLine } from './isolation-line.ts';
import { LineSplitter } from './line-splitter.ts';
import { LiveArea, type TerminalSize } from './live-area.ts';
import { StepLog } from './step-log.ts';
import { renderSummary, type SummaryKind } from './summary.ts';
import { outputLine } from './terminal-text.ts';
import { type FrameModel, finishedLine, frameLines, paint, type RunningStep } from './tty-frame.ts';
import { warningLines } from './warnings.ts';

export interface TtyDisplayOptions {
  readonly write: Write;
  /** The terminal's size; called for each repaint. */
  readonly size: () => TerminalSize;
  /** Subscribes to changes of the size; returns a function that unsubscribes. */
  readonly onResize?: ((repaint: () => void) => () => void) | undefined;
  /** Whether the terminal rewraps lines when its width changes. Default: true. */
  readonly rewraps?: boolean | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly color: boolean;
  /** Default: `short`. */
  readonly summary?: SummaryKind | undefined;
  /** Milliseconds between repaints; 0: no timer, only events and `close` repaint. */
  readonly interval?: number | undefined;
}

export function ttyDisplay(options: TtyDisplayOptions): Display {
  const display = new TtyDisplay(options);
  return {
    showsOutput: true,
    handle: (event) => display.handle(event),
    close: () => display.close(),
  };
}

interface LiveStep {
  readonly info: StepInfo;
  readonly started: number;
  readonly log: StepLog;
  readonly splitters: Record<'stdout' | 'stderr', LineSplitter>;
  tail: string[];
  /** The stream that wrote last: its unfinished line is visible. */
  talking: 'stdout' | 'stderr';
  status: RunningStep['status'];
  failed: number | undefined;
}

type EndEvent = Extract<
  BuildEvent,
  { kind: 'step.cached' | 'step.completed' | 'step.failed' | 'step.cancelled' }
>;

const KEPT_TAIL = 20;

class TtyDisplay {
  readonly #options: TtyDisplayOptions;
  readonly #area: LiveArea;
  /** Includes failed steps until the display is closed. */
  readonly #running = new Map<string, LiveStep>();
  readonly #finished = new Set<string>();
  readonly #planned = new Set<string>();
  readonly #warnings: string[] = [];
  #started: number | undefined;
  /** Permanent lines that are not painted yet. */
  readonly #lasting: string[] = [];
  #lastPaint = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopListening: (() => void) | undefined;

  constructor(options: TtyDisplayOptions) {
    this.#options = options;
    this.#area = new LiveArea(options);
  }

  handle(event: BuildEvent): void {
    this.#started ??= event.time;
    this.#startTimer();
    this.#take(event);
    if (this.#options.now() - this.#lastPaint >= (this.#options.interval ?? INTERVAL_MS)) {
      this.#paint(this.#frame());
    }
  }

  close(): void {
    if (this.#timer !== undefined) clearInterval(this.#timer);
    this.#timer = undefined;
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#lasting.push(...this.#warnings.splice(0));
    for (const step of this.#running.values()) {
      if (step.failed !== undefined) this.#showFailure(step, step.failed);
      step.log.close();
    }
    this.#running.clear();
    this.#paint([]);
  }

  #take(event: BuildEvent): void {
    switch (event.kind) {
      case 'build.planned':
        for (const { id } of event.steps) this.#planned.add(id);
        return;
      case 'build.isolation':
        this.#lasting.push(...[isolationLine(event) ?? []].flat());
        return;
      case 'step.started':
        this.#stepOf(event.step, event.time);
        return;
      case 'step.log':
        this.#takeLog(event);
        return;
      case 'step.status':
        this.#stepOf(event.step, event.time).status = event.done ? undefined : event;
        return;
      case 'step.cached':
      case 'step.completed':
      case 'step.failed':
      case 'step.cancelled':
        this.#end(event);
        return;
      case 'warning':
        this.#warnings.push(
          ...warningLines(event.warning).map((line) => paint(line, 'yellow', this.#options)),
        );
        return;
      case 'build.summary': {
        const { columns } = this.#options.size();
        const lines = renderSummary(event.summary, { columns, kind: this.#options.summary });
        if (lines.length > 0) this.#lasting.push('', ...lines);
        return;
      }
    }
  }

  #stepOf(info: StepInfo, time: number): LiveStep {
    const known = this.#running.get(info.id);
    if (known !== undefined) return known;
    const step: LiveStep = {
      info,
      started: time,
      log: new StepLog(),
      splitters: { stdout: new LineSplitter(), stderr: new LineSplitter() },
      tail: [],
      talking: 'stdout',
      status: undefined,
      failed: undefined,
    };
    this.#running.set(info.id, step);
    return step;
  }

  #takeLog(event: Extract<BuildEvent, { kind: 'step.log' }>): void {
    const step = this.#stepOf(event.step, event.time);
    step.talking = event.stream;
    this.#addLines(step, step.splitters[event.stream].push(event.data));
  }

  #addLines(step: LiveStep, lines: readonly Uint8Array[]): void {
    for (const line of lines) step.log.push(line);
    const shown = lines.slice(-KEPT_TAIL).map((line) => outputLine(line, this.#options));
    step.tail = [...step.tail, ...shown].slice(-KEPT_TAIL);
  }

  #end(event: EndEvent): void {
    const step = this.#stepOf(event.step, event.time);
    this.#finished.add(event.step.id);
    if (event.kind === 'step.failed') {
      step.failed = event.time;
      return;
    }
    const size = { ...this.#options.size(), color: this.#options.color };
    this.#running.delete(event.step.id);
    if (event.kind === 'step.completed') {
      this.#lasting.push(finishedLine(event.step, { ...event, kind: 'completed' }, size));
    } else {
      const kind = event.kind === 'step.cached' ? 'cached' : 'cancelled';
      this.#lasting.push(finishedLine(event.step, { kind }, size));
    }
    step.log.close();
  }

  #showFailure(step: LiveStep, time: number): void {
    const size = { ...this.#options.size(), color: this.#options.color };
    const durationMs = time - step.started;
    this.#lasting.push(finishedLine(step.info, { kind: 'failed', durationMs }, size));
    const { stdout, stderr } = step.splitters;
    this.#addLines(step, [...stdout.flush(), ...stderr.flush()]);
    const splitter = new LineSplitter();
    for (const chunk of step.log.chunks()) {
      const lines = splitter.push(chunk).map((line) => outputLine(line, this.#options));
      this.#lasting.push(...lines.map((line) => `  ${line}`));
      if (this.#lasting.length > 1000) this.#paint([]);
    }
  }

  #frame(): string[] {
    const { now, color, size } = this.#options;
    if (this.#started === undefined || this.#running.size === 0) return [];
    const model: FrameModel = {
      started: this.#started,
      finished: this.#finishedCount(),
      total: this.#planned.size,
      running: [...this.#running.values()].map((step) => this.#viewOf(step)),
    };
    return frameLines(model, now(), { ...size(), color });
  }

  /** Finished steps of the plan, once there is one: other steps do not count. */
  #finishedCount(): number {
    if (this.#planned.size === 0) return this.#finished.size;
    return [...this.#finished].filter((id) => this.#planned.has(id)).length;
  }

  #viewOf(step: LiveStep): RunningStep {
    const unfinished = outputLine(step.splitters[step.talking].pending(), this.#options);
    return unfinished === '' ? step : { ...step, tail: [...step.tail, unfinished] };
  }

  #paint(frame: readonly string[]): void {
    this.#lastPaint = this.#options.now();
    this.#area.paint(this.#lasting.splice(0), frame);
  }

  #startTimer(): void {
    const interval = this.#options.interval ?? INTERVAL_MS;
    if (this.#timer !== undefined || interval === 0) return;
    const repaint = () => this.#paint(this.#frame());
    this.#timer = setInterval(repaint, interval);
    this.#timer.unref();
    // Repaint at once: while a window narrows step by step, hardly any rows scroll out of reach.
    this.#stopListening = this.#options.onResize?.(repaint);
  }
}

const INTERVAL_MS = 100;
