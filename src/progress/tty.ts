/**
 * The live display for terminals. Finished steps scroll away as ordinary lines, so nothing is ever lost above the
 * screen's edge; only the running steps below them are repainted. A failed step's whole output is printed.
 */
import { StepError } from '../errors.ts';
import type { Display, Write } from './display.ts';
import type { BuildEvent, StepInfo } from './events.ts';
import { LineSplitter } from './line-splitter.ts';
import { StepLog } from './step-log.ts';
import { renderSummary } from './summary.ts';
import { displayWidth, outputLine } from './terminal-text.ts';
import { type FrameModel, finishedLine, frameLines, paint, type RunningStep } from './tty-frame.ts';
import { warningLines } from './warnings.ts';

export interface TtyDisplayOptions {
  readonly write: Write;
  /** The terminal's size, asked for at each repaint. */
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly color: boolean;
  /** Milliseconds between repaints; 0: no timer, only events and `close` repaint. */
  readonly interval?: number | undefined;
}

export function ttyDisplay(options: TtyDisplayOptions): Display {
  const display = new TtyDisplay(options);
  return { handle: (event) => display.handle(event), close: () => display.close() };
}

interface LiveStep {
  readonly info: StepInfo;
  readonly started: number;
  readonly log: StepLog;
  readonly splitters: Record<'stdout' | 'stderr', LineSplitter>;
  tail: string[];
  status: RunningStep['status'];
}

type EndEvent = Extract<
  BuildEvent,
  { kind: 'step.cached' | 'step.completed' | 'step.failed' | 'step.cancelled' }
>;

const KEPT_TAIL = 20;

class TtyDisplay {
  readonly #options: TtyDisplayOptions;
  readonly #running = new Map<string, LiveStep>();
  readonly #finished = new Set<string>();
  readonly #warnings: string[] = [];
  #total = 0;
  #started: number | undefined;
  /** Lines that stay, not painted yet. */
  #lasting: string[] = [];
  /** Lines on the screen that the next paint takes away. */
  #painted: readonly string[] = [];
  #lastPaint = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: TtyDisplayOptions) {
    this.#options = options;
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
    for (const step of this.#running.values()) step.log.close();
    this.#running.clear();
    this.#lasting.push(...this.#warnings.splice(0));
    this.#paint([]);
  }

  #take(event: BuildEvent): void {
    switch (event.kind) {
      case 'build.planned':
        this.#total = event.steps.length;
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
        this.#lasting.push('', ...renderSummary(event.summary, { columns }), '');
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
      status: undefined,
    };
    this.#running.set(info.id, step);
    return step;
  }

  #takeLog(event: Extract<BuildEvent, { kind: 'step.log' }>): void {
    const step = this.#stepOf(event.step, event.time);
    this.#addLines(step, step.splitters[event.stream].push(event.data));
  }

  #addLines(step: LiveStep, lines: readonly Uint8Array[]): void {
    for (const line of lines) step.log.push(line);
    const shown = lines.slice(-KEPT_TAIL).map((line) => outputLine(line, this.#options));
    step.tail = [...step.tail, ...shown].slice(-KEPT_TAIL);
  }

  #end(event: EndEvent): void {
    const step = this.#stepOf(event.step, event.time);
    const size = { ...this.#options.size(), color: this.#options.color };
    this.#running.delete(event.step.id);
    this.#finished.add(event.step.id);
    const durationMs = event.time - step.started;
    if (event.kind === 'step.completed') {
      this.#lasting.push(finishedLine(event.step, { ...event, kind: 'completed' }, size));
    } else if (event.kind === 'step.failed') {
      this.#lasting.push(finishedLine(event.step, { kind: 'failed', durationMs }, size));
      this.#showWholeLog(step, event.error);
    } else {
      const kind = event.kind === 'step.cached' ? 'cached' : 'cancelled';
      this.#lasting.push(finishedLine(event.step, { kind }, size));
    }
    step.log.close();
  }

  /** Left out when the error's own tail, printed at the end, has all of it. */
  #showWholeLog(step: LiveStep, error: Error): void {
    const { stdout, stderr } = step.splitters;
    this.#addLines(step, [...stdout.flush(), ...stderr.flush()]);
    const told = error instanceof StepError ? error.failure.outputTail.length : 0;
    if (step.log.lines <= told) return;
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
      finished: this.#finished.size,
      total: this.#total,
      running: [...this.#running.values()],
    };
    return frameLines(model, now(), { ...size(), color });
  }

  #paint(frame: readonly string[]): void {
    this.#lastPaint = this.#options.now();
    const lasting = this.#lasting;
    if (lasting.length === 0 && frame.join('\n') === this.#painted.join('\n')) return;
    this.#lasting = [];
    const { columns } = this.#options.size();
    // The terminal may have become narrower since: then each painted line takes several rows.
    const rows = this.#painted.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / columns)),
      0,
    );
    const erase = rows === 0 ? '' : `\x1b[${rows}A\r\x1b[J`;
    const text = [...lasting, ...frame].map((line) => `${line}\n`).join('');
    this.#painted = frame;
    this.#options.write(`${BEGIN_UPDATE}${erase}${text}${END_UPDATE}`);
  }

  #startTimer(): void {
    const interval = this.#options.interval ?? INTERVAL_MS;
    if (this.#timer !== undefined || interval === 0) return;
    this.#timer = setInterval(() => this.#paint(this.#frame()), interval);
    this.#timer.unref();
  }
}

const INTERVAL_MS = 100;
/** Terminals that know synchronised updates show no half-painted frame; others ignore them. */
const BEGIN_UPDATE = '\x1b[?2026h';
const END_UPDATE = '\x1b[?2026l';
