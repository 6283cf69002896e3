/** The daemon's status as a build's events and summary, each step once, whichever platform's solve reports it. */
import type { StatusUpdate } from '../../fleet/index.ts';
import { type Graph, SCRATCH, type VertexId, vertexIn } from '../../graph/index.ts';
import { milliseconds } from '../../grpc/index.ts';
import type { Emit, StepInfo, StepSummary } from '../../progress/index.ts';
import type { StepReport } from '../../solver/index.ts';
import { internalStep } from '../steps/step-infos.ts';

export interface StepEventsOptions {
  readonly graph: Graph;
  readonly stepOf: (id: VertexId) => StepInfo;
  readonly emit: Emit;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Whether the daemon has planned the steps itself. */
  readonly isForeign?: boolean | undefined;
}

interface Seen {
  readonly step: StepInfo;
  readonly id: VertexId | undefined;
  startedAt: number | undefined;
  isEnded: boolean;
  readonly tail: OutputTail;
}

/** The last lines that a step wrote. */
class OutputTail {
  #text = '';

  add(data: Uint8Array): void {
    this.#text = (this.#text + Buffer.from(data).toString('utf8')).slice(-MOST_TEXT);
  }

  lines(): readonly string[] {
    return this.#text
      .split(/\r?\n/)
      .filter((line) => line !== '')
      .slice(-MOST_LINES);
  }
}

const MOST_TEXT = 16 << 10;
const MOST_LINES = 10;
const STDERR = 2;

export class StepEvents {
  readonly #options: StepEventsOptions;
  /** By vertex, or by digest where there is none: several nodes may run the same step. */
  readonly #seen = new Map<string, Seen>();
  readonly #reports = new Map<VertexId, StepReport>();
  readonly #vertexOf = new Map<string, VertexId>();
  #failed: string | undefined;
  readonly #failedCaches = new Map<string, string>();

  constructor(options: StepEventsOptions) {
    this.#options = options;
  }

  /** Names the operations of one definition. */
  know(vertexOf: ReadonlyMap<string, VertexId>): void {
    for (const [digest, id] of vertexOf) this.#vertexOf.set(digest, id);
  }

  vertexOf(digest: string): VertexId | undefined {
    return this.#vertexOf.get(digest);
  }

  /** The last lines of a step's output. */
  tailOf(digest: string): readonly string[] {
    return this.#seen.get(this.#keyOf(digest))?.tail.lines() ?? [];
  }

  /** The digest of the step that failed first, as far as the status says. */
  failed(): string | undefined {
    return this.#failed;
  }

  /** Why caches could not be written, by the daemon's names of the steps that did. */
  failedCaches(): ReadonlyMap<string, string> {
    return this.#failedCaches;
  }

  /** The steps that run now. */
  running(): readonly StepInfo[] {
    return [...this.#seen.values()]
      .filter(({ startedAt, isEnded }) => startedAt !== undefined && !isEnded)
      .map(({ step }) => step);
  }

  reports(): readonly StepReport[] {
    return [...this.#reports.values()];
  }

  summaries(): readonly StepSummary[] {
    return this.reports().map(({ id, ...report }) => ({
      step: this.#options.stepOf(id),
      ...report,
    }));
  }

  update({ vertexes, statuses, logs }: StatusUpdate): void {
    for (const vertex of vertexes) this.#vertex(vertex);
    for (const status of statuses) this.#status(status);
    for (const { vertex, stream, message } of logs) {
      const seen = this.#seen.get(this.#keyOf(vertex));
      if (seen === undefined || !this.#isShown(seen)) continue;
      seen.tail.add(message);
      const name = stream === STDERR ? 'stderr' : 'stdout';
      const { step } = seen;
      this.#options.emit({
        ...{ kind: 'step.log', time: this.#options.now(), step },
        ...{ stream: name, data: message },
      });
    }
  }

  /** Ends the steps that the daemon has not ended. @param failed the step of this digest, with its error */
  end(failed?: { readonly digest: string | undefined; readonly error: Error }): void {
    const { emit, now } = this.#options;
    const failedKey = failed?.digest === undefined ? undefined : this.#keyOf(failed.digest);
    for (const [key, seen] of this.#seen) {
      if (seen.startedAt === undefined || seen.isEnded || !this.#isShown(seen)) continue;
      seen.isEnded = true;
      const { step } = seen;
      if (failed !== undefined && key === failedKey) {
        emit({ kind: 'step.failed', time: now(), step, error: failed.error });
      } else emit({ kind: 'step.cancelled', time: now(), step });
    }
  }

  #vertex({ digest, name, cached, started, completed, error }: StatusUpdate['vertexes'][number]) {
    const seen = this.#seenOf(digest, name);
    if (seen.isEnded || !this.#isShown(seen)) return;
    const { emit, now } = this.#options;
    const { step, id } = seen;
    if (cached) {
      seen.isEnded = true;
      if (id !== undefined) this.#report(id, { cached: true, durationMs: 0 });
      emit({ kind: 'step.cached', time: now(), step });
      return;
    }
    if (started !== undefined && seen.startedAt === undefined) {
      seen.startedAt = milliseconds(started);
      emit({ kind: 'step.started', time: now(), step });
    }
    if (error !== '' && EXPORTING_CACHE.test(name)) this.#failedCaches.set(name, error);
    // Failures end with the build: it knows their error.
    if (error !== '' && !CANCELLED.test(error)) this.#failed ??= digest;
    if (completed === undefined || error !== '') return;
    seen.isEnded = true;
    const durationMs = Math.max(0, milliseconds(completed) - (seen.startedAt ?? 0));
    if (id !== undefined) this.#report(id, { cached: false, durationMs });
    emit({ kind: 'step.completed', time: now(), step, durationMs, addedBytes: 0 });
  }

  #status({ id: label, vertex, current, total, completed }: StatusUpdate['statuses'][number]) {
    const seen = this.#seen.get(this.#keyOf(vertex));
    if (seen?.startedAt === undefined || seen.isEnded || !this.#isShown(seen)) return;
    const { emit, now } = this.#options;
    emit({
      ...{ kind: 'step.status', time: now(), step: seen.step, label, current },
      ...{ total: total === 0 ? undefined : total, unit: 'bytes' },
      done: completed !== undefined,
    });
  }

  #report(id: VertexId, { cached, durationMs }: Pick<StepReport, 'cached' | 'durationMs'>): void {
    this.#reports.set(id, { id, cached, durationMs, addedBytes: 0 });
  }

  #seenOf(digest: string, name: string): Seen {
    const known = this.#seen.get(this.#keyOf(digest));
    if (known !== undefined) return known;
    const id = this.#vertexOf.get(digest);
    const step =
      id === undefined
        ? internalStep(digest, this.#options.isForeign === true ? name : `[builder] ${name}`)
        : this.#options.stepOf(id);
    const seen = { step, id, startedAt: undefined, isEnded: false, tail: new OutputTail() };
    this.#seen.set(this.#keyOf(digest), seen);
    return seen;
  }

  #keyOf(digest: string): string {
    return this.#vertexOf.get(digest) ?? digest;
  }

  /** Contexts have a step of this machine; parts of steps are not shown apart. */
  #isShown({ id, step }: Seen): boolean {
    if (id === undefined) return !OWN_PARTS.test(step.name);
    return id !== SCRATCH && vertexIn(this.#options.graph, id).op.kind !== 'context';
  }
}

/** The end of a step because of another one's failure. */
const CANCELLED = /context canceled/;

/** As BuildKit names its steps for caches. */
const EXPORTING_CACHE = /^exporting (?:inline )?cache/;

/** Operations that belong to a step, as BuildKit names them. */
const OWN_PARTS = /^\[builder\] (?:merge|mkfile|mkdir|copy|diff) /;
