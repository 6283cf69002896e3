/**
 * Demand-driven evaluation of the graph. Two questions are answered for a vertex, each once:
 *
 * - *identity*: what is the key of its result, and is it in the cache? Answered from definitions and remembered digests
 *   alone if possible, so a cached build touches no layer.
 * - *result*: its layers, made if the cache has none.
 *
 * Vertices that the target does not need are not visited. A vertex that must ignore the cache is made first and
 * identified by its result.
 */
import { jointSignal, memoize, Semaphore } from '../concurrency/index.ts';
import { AbortedError, AppError, type Warning } from '../errors.ts';
import type { Graph, Vertex, VertexId, VertexInfo } from '../graph/index.ts';
import { digestOfParts, SCRATCH, vertexIn } from '../graph/index.ts';
import type { Emit, StepInfo } from '../progress/index.ts';
import { isGone, type LayerId } from '../store/index.ts';
import type { CacheRecords } from './cache-records.ts';
import { diskFull } from './disk-full.ts';
import type { Inputs, Keyed, OpDriver, StepContext, VertexResult } from './driver.ts';
import { located } from './located.ts';
import {
  type AskedContent,
  descriptionOf,
  type PortableResults,
  portableResults,
} from './portable-results.ts';
import { runWorking } from './run-working.ts';
import { StepTimer } from './step-timer.ts';
import { contentName } from './unforced-keys.ts';

export interface SchedulerOptions {
  readonly graph: Graph;
  readonly driverOf: (vertex: Vertex) => OpDriver;
  readonly records: CacheRecords;
  readonly stepOf: (id: VertexId) => StepInfo;
  readonly emit: Emit;
  /** How many operations may work at the same time; at least 1. */
  readonly jobs: number;
  readonly signal: AbortSignal;
  /** Aborted by the solver with the first failure. */
  readonly failure?: AbortController | undefined;
  readonly warn: (warning: Warning) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface StepReport {
  readonly id: VertexId;
  readonly cached: boolean;
  readonly durationMs: number;
  readonly addedBytes: number;
}

/** The known part of a vertex's identity. */
export interface IdentifiedStep {
  readonly key: string;
  readonly outputKey: string;
  readonly content: readonly string[];
  readonly ownLayer: LayerId | undefined;
}

interface Identity extends Keyed {
  /** The key that dependents use. */
  readonly outputKey: string;
  /** The cache's answer, or the result of a forced run. */
  readonly result?: VertexResult | undefined;
}

type Target = VertexId | typeof SCRATCH;

const EMPTY: VertexResult = { layers: [], ownLayer: undefined, addedBytes: 0, created: 0 };

/** Solves vertices of one graph; made for one build. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #working: Semaphore;
  readonly #abort: AbortController;
  readonly #signal: AbortSignal;
  readonly #identities = new Map<VertexId, Promise<Identity>>();
  readonly #results = new Map<VertexId, Promise<VertexResult>>();
  /** Runs in progress or done, by key: two vertices with the same key run once. */
  readonly #byKey = new Map<string, Promise<VertexResult>>();
  readonly #reports = new Map<VertexId, StepReport>();
  readonly #asked: AskedContent[] = [];
  /** Digests of input files that this build has recorded, by their keys. */
  readonly #contents = new Map<string, string>();
  /** Failures already reported as their own step's: dependents only pass them on. */
  readonly #reported = new WeakMap<object, VertexId>();

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#working = new Semaphore(options.jobs);
    this.#abort = options.failure ?? new AbortController();
    this.#signal = jointSignal(options.signal, this.#abort.signal);
  }

  /**
   * Makes (or finds) a vertex and all it needs.
   *
   * @throws the first failure, after everything running has ended; AbortedError when the signal ended it
   */
  async solve(target: Target): Promise<VertexResult> {
    const [result = EMPTY] = await this.solveAll([target]);
    return result;
  }

  /**
   * Makes (or finds) several vertices, and their common inputs once.
   *
   * @returns one result for each target, in their order
   * @throws as `solve`
   */
  async solveAll(targets: readonly Target[]): Promise<readonly VertexResult[]> {
    try {
      return await Promise.all(targets.map((target) => this.#result(target)));
    } catch (error) {
      // The target may have waited for a step that another failure ended: the first failure counts.
      this.#abort.abort(error);
      await this.#settled();
      if (this.#options.signal.aborted) throw new AbortedError(undefined, { cause: error });
      throw this.#abort.signal.reason;
    }
  }

  /** The known state of a vertex, without making it. */
  async peek(target: Target): Promise<VertexResult | undefined> {
    if (target === SCRATCH) return EMPTY;
    const made = this.#results.get(target);
    if (made !== undefined) return made;
    const vertex = this.#options.graph.vertices.get(target);
    if (vertex !== undefined && !this.#options.driverOf(vertex).recorded)
      return this.#result(target);
    return (await this.#identities.get(target))?.result;
  }

  /** The outcome of each visited vertex, in the order in which they ended. */
  reports(): readonly StepReport[] {
    return [...this.#reports.values()];
  }

  /** The vertices whose keys were found, of a build that ended well or not. */
  async identified(): Promise<ReadonlyMap<VertexId, IdentifiedStep>> {
    const found = new Map<VertexId, IdentifiedStep>();
    for (const [id, identity] of this.#identities) {
      const known = await identity.catch(() => undefined);
      if (known === undefined) continue;
      const { key, outputKey, content = [] } = known;
      const result = known.result ?? (await this.#results.get(id)?.catch(() => undefined));
      found.set(id, { key, outputKey, content, ownLayer: result?.ownLayer });
    }
    return found;
  }

  /** The step whose own failure an error is, if it is one. */
  failedVertex(error: unknown): VertexId | undefined {
    return typeof error === 'object' && error !== null ? this.#reported.get(error) : undefined;
  }

  /** The results so far, for other stores. */
  portable(): Promise<PortableResults> {
    return portableResults({
      driverOf: this.#options.driverOf,
      stepOf: (id) => this.#stepContext(id),
      identities: this.#identities,
      results: this.#results,
      asked: this.#asked,
    });
  }

  #result(target: Target): Promise<VertexResult> {
    if (target === SCRATCH) return Promise.resolve(EMPTY);
    return memoize(this.#results, target, () => this.#makeResult(target));
  }

  #identity(target: Target): Promise<Identity> {
    if (target === SCRATCH) {
      return Promise.resolve({ key: SCRATCH, outputKey: SCRATCH, result: EMPTY });
    }
    return memoize(this.#identities, target, () => this.#identify(target));
  }

  async #identify(id: VertexId): Promise<Identity> {
    const step = this.#stepContext(id);
    const driver = this.#options.driverOf(step.vertex);
    const keyed = await this.#attempt(id, () => driver.key(step));
    if (!driver.recorded) return { ...keyed, outputKey: keyed.key };
    if (step.info.ignoreCache) return this.#force(step, driver, keyed);
    const record = await this.#options.records.get(keyed.key);
    if (record === undefined || !this.#options.records.usable(record)) {
      return this.#identifyElsewhere(step, keyed, record?.outputKey ?? keyed.key);
    }
    await keyed.discard?.();
    this.#reportCached(id, record);
    const { key, keyOn, content } = keyed;
    return { key, keyOn, content, outputKey: record.outputKey, result: record };
  }

  /** Records results known under others' keys under ours. */
  async #identifyElsewhere(step: StepContext, keyed: Keyed, outputKey: string): Promise<Identity> {
    const { id } = step.vertex;
    const result = await this.#options.records.elsewhere?.(id);
    if (result === undefined) return { ...keyed, outputKey };
    await keyed.discard?.();
    this.#record(step, keyed.key, outputKey, result);
    this.#reportCached(id, result);
    const { key, keyOn, content } = keyed;
    return { key, keyOn, content, outputKey, result };
  }

  /** Runs a vertex that must not use the cache; its dependents are keyed by this run's result. */
  async #force(step: StepContext, driver: OpDriver, keyed: Keyed): Promise<Identity> {
    driver.prepare?.(step);
    const result = await this.#execute(step, driver, keyed);
    const outputKey = digestOfParts(keyed.key, result.ownLayer ?? '');
    const { key, keyOn, content } = keyed;
    this.#record(step, key, outputKey, result);
    return { key, keyOn, content, outputKey, result };
  }

  async #makeResult(id: VertexId): Promise<VertexResult> {
    this.#prefetchRoot(id);
    const identity = await this.#identity(id);
    if (identity.result !== undefined) return identity.result;
    const known = this.#byKey.get(identity.key);
    if (known !== undefined) {
      await identity.discard?.();
      return known;
    }
    const step = this.#stepContext(id);
    const driver = this.#options.driverOf(step.vertex);
    const made = driver.isShared
      ? this.#makeOnce(step, driver, identity)
      : this.#execute(step, driver, identity).then((result) => {
          if (driver.recorded) this.#record(step, identity.key, identity.outputKey, result);
          return result;
        });
    this.#byKey.set(identity.key, made);
    return made;
  }

  /** Executes a vertex unless another process runs it: then uses that one's result. */
  async #makeOnce(step: StepContext, driver: OpDriver, identity: Identity): Promise<VertexResult> {
    const { records, now, emit, stepOf } = this.#options;
    const { id, inputs } = step.vertex;
    driver.prepare?.(step);
    // The holder of a lock waits for no other lock, so no two processes can wait for each other.
    await Promise.all(inputs.map((input) => this.#result(input)));
    const onWait = () => {
      const data = Buffer.from('another build is running this step: waiting for it\n');
      emit({ kind: 'step.log', time: now(), step: stepOf(id), stream: 'stderr', data });
    };
    const lock = await records.lock?.(identity.key, { signal: this.#signal, onWait });
    let isRecorded = false;
    try {
      const record = lock && (await records.get(identity.key));
      if (record !== undefined && records.usable(record)) {
        await identity.discard?.();
        this.#reportCached(id, record);
        return record;
      }
      const result = await this.#execute(step, driver, identity);
      this.#record(step, identity.key, identity.outputKey, result, () => lock?.release());
      isRecorded = true;
      lock?.hurry();
      return result;
    } finally {
      if (!isRecorded) lock?.release();
    }
  }

  /**
   * Starts making the base of a wanted vertex as soon as the cache is known not to have it, while the vertex's other
   * inputs are still being made for its key.
   */
  #prefetchRoot(id: VertexId): void {
    const root = this.#options.graph.vertices.get(id)?.inputs[0];
    if (root === undefined || root === SCRATCH) return;
    const begin = async () => {
      if ((await this.#identity(root)).result === undefined) await this.#result(root);
    };
    begin().catch(() => undefined);
  }

  async #execute(step: StepContext, driver: OpDriver, keyed: Keyed): Promise<VertexResult> {
    const id = step.vertex.id;
    const timer = this.#timer(id);
    const timed: StepContext = {
      ...step,
      working: (work) =>
        step.working(() => {
          timer.start();
          return work();
        }),
    };
    try {
      const result = await (keyed.execute?.(timed) ?? driver.execute(timed));
      const durationMs = timer.complete(result.addedBytes);
      this.#reports.set(id, { id, cached: false, durationMs, addedBytes: result.addedBytes });
      this.#warn(id, result);
      return result;
    } catch (error) {
      throw this.#failed(id, error, timer);
    }
  }

  /** Runs a part of keying, whose failure is the step's failure. */
  async #attempt<T>(id: VertexId, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#failed(id, error, this.#timer(id));
    }
  }

  #failed(id: VertexId, error: unknown, timer: StepTimer): unknown {
    const passedOn = typeof error === 'object' && error !== null && this.#reported.has(error);
    if (passedOn || this.#signal.aborted) {
      timer.cancel();
      return error;
    }
    const failure = diskFull(error) ?? error;
    const outcome =
      failure instanceof AppError ? located(failure, this.#info(id).locations) : failure;
    if (isGone(error)) {
      // The build runs the step again.
      timer.cancel();
    } else if (outcome instanceof Error) {
      this.#reported.set(outcome, id);
      timer.fail(outcome);
    }
    this.#abort.abort(outcome);
    return outcome;
  }

  #record(
    step: StepContext,
    key: string,
    outputKey: string,
    result: VertexResult,
    settled?: () => void,
  ): void {
    const description = descriptionOf(step.info);
    this.#options.records.put(key, { ...result, outputKey, description }, settled);
  }

  #reportCached(id: VertexId, record: VertexResult): void {
    this.#reports.set(id, { id, cached: true, durationMs: 0, addedBytes: record.addedBytes });
    const { emit, now, stepOf } = this.#options;
    emit({ kind: 'step.cached', time: now(), step: stepOf(id) });
    this.#warn(id, record);
  }

  #warn(id: VertexId, { warnings = [] }: VertexResult): void {
    const location = this.#info(id).locations.instruction;
    for (const warning of warnings) this.#options.warn({ ...warning, location });
  }

  #stepContext(id: VertexId): StepContext {
    const vertex = vertexIn(this.#options.graph, id);
    return {
      vertex,
      info: this.#info(id),
      signal: this.#signal,
      inputs: this.#inputsOf(vertex),
      working: (work) => runWorking(this.#working, work, this.#signal),
    };
  }

  #inputsOf(vertex: Vertex): Inputs {
    const input = (index: number): Target => {
      const found = vertex.inputs[index];
      if (found === undefined) throw new Error(`vertex ${vertex.id} has no input ${index}`);
      return found;
    };
    const key = async (index: number) => (await this.#identity(input(index))).outputKey;
    const result = (index: number) => this.#result(input(index));
    const asked = (index: number, selector: string, digest: string): string => {
      this.#asked.push({ input: input(index), selector, digest });
      return digest;
    };
    return {
      key,
      result,
      contentDigest: async (index, selector, compute) => {
        const name = contentName(await key(index), selector);
        const known = await this.#options.records.contentDigest(name);
        if (known !== undefined) return asked(index, selector, known);
        // A vertex with a result known elsewhere is not made for its key: the files are those of that result.
        const isElsewhere = (await this.#options.records.elsewhere?.(vertex.id)) !== undefined;
        const computed = isElsewhere ? `of ${name}` : await compute(await result(index));
        // Several steps may ask at once, one of them known elsewhere: all must have the same digest in their keys.
        const digest = this.#contents.get(name) ?? computed;
        this.#contents.set(name, digest);
        this.#options.records.putContentDigest(name, digest);
        return asked(index, selector, digest);
      },
    };
  }

  #timer(id: VertexId): StepTimer {
    const { emit, now, stepOf } = this.#options;
    return new StepTimer(emit, now, stepOf(id));
  }

  #info(id: VertexId): VertexInfo {
    const info = this.#options.graph.info.get(id);
    if (info === undefined) throw new Error(`the graph says nothing of vertex ${id}`);
    return info;
  }

  /** Waits until nothing runs any more, so that a failed build leaves nothing running. */
  async #settled(): Promise<void> {
    let seen: number;
    do {
      seen = this.#results.size + this.#identities.size;
      await Promise.allSettled([...this.#results.values(), ...this.#identities.values()]);
    } while (seen !== this.#results.size + this.#identities.size);
  }
}
