/**
 * Records what a build did. While it runs, only its events are collected; everything else is assembled when its result
 * is known.
 */
import { realpathSync } from 'node:fs';
import { AbortedError, AppError } from '../../errors.ts';
import { mergeGraphs, reachable, type VertexId } from '../../graph/index.ts';
import { formatPlatform } from '../../oci/index.ts';
import type { OnListed } from '../../ops/index.ts';
import type { BuildPlan } from '../../plan/index.ts';
import type { BuildSummary } from '../../progress/index.ts';
import {
  type BuildRecord,
  encodeFileList,
  encodeRecord,
  RECORD_VERSION,
  type RecordedAnswer,
} from '../../records/index.ts';
import type { ImageRecord } from '../../store/index.ts';
import { hasErrorCode } from '../../system/index.ts';
import { type BuildCaches, type CacheAnswer, shownSpec } from '../caches/index.ts';
import type { Definition } from '../definition/definition.ts';
import type { BuildRun } from '../run/build-run.ts';
import type { SolveProgress } from '../solver/solver.ts';
import { dockerfileText } from './dockerfile-text.ts';
import { HiddenValues } from './hidden-values.ts';
import { recordSteps } from './record-steps.ts';
import { StepTimes } from './step-times.ts';

/** How a build ended. */
export type BuildEnd =
  | { readonly summary: BuildSummary; readonly images: readonly ImageRecord[] }
  | { readonly error: unknown };

export class BuildRecorder {
  /** The run, with events that the recorder receives too. */
  readonly run: BuildRun;
  readonly id: string;
  readonly #started: number;
  readonly #times: StepTimes;
  readonly #lists = new Map<string, Parameters<OnListed>[1]>();
  #definition: Definition | undefined;
  #plans: readonly BuildPlan[] = [];
  #progress: SolveProgress | undefined;
  #caches: Pick<BuildCaches, 'answers' | 'lost'> | undefined;

  constructor(run: BuildRun) {
    this.#started = run.now();
    this.id = run.store.builds.newId(this.#started);
    const times = new StepTimes(this.#started);
    this.#times = times;
    const { emit } = run;
    this.run = {
      ...run,
      emit: (event) => {
        times.see(event);
        emit(event);
      },
      // The same files may be seen again where a step has put them: people know them by where they came from.
      onListed: (digest, list) => {
        if (!this.#lists.has(digest)) this.#lists.set(digest, list);
      },
      isListed: (digest) => run.store.builds.hasList(digest),
    };
  }

  defined(definition: Definition): void {
    this.#definition = definition;
  }

  importing(caches: Pick<BuildCaches, 'answers' | 'lost'>): void {
    this.#caches = caches;
  }

  /** Called for each attempt; the last one is recorded. */
  planned(plans: readonly BuildPlan[]): void {
    this.#plans = plans;
    this.#progress = undefined;
  }

  readonly observe = (progress: SolveProgress): void => {
    this.#progress = progress;
  };

  /** Keeps the record. A full disk does not fail the build. */
  async keep(end: BuildEnd): Promise<void> {
    const { builds } = this.run.store;
    const record = await this.#record(end);
    if (record === undefined) return;
    try {
      for (const [digest, list] of this.#lists) {
        if (!builds.hasList(digest)) builds.putList(digest, encodeFileList(list()));
      }
      builds.put(this.id, encodeRecord(record));
    } catch (error) {
      if (!hasErrorCode(error, 'ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EIO', 'ENOENT')) throw error;
    }
  }

  async #record(end: BuildEnd): Promise<BuildRecord | undefined> {
    const definition = this.#definition;
    const progress = this.#progress;
    if (definition === undefined || progress === undefined) return undefined;
    const { options, env, now } = this.run;
    const hidden = new HiddenValues(options, env);
    const graph = mergeGraphs(this.#plans.map((plan) => plan.graph));
    const vertices = reachable(
      graph,
      this.#plans.map(({ target }) => target),
    );
    const answers = this.#caches?.answers() ?? [];
    const { steps, variables, beginnings, stepOfLayer } = recordSteps({
      ...{ graph, vertices, hidden, plans: this.#plans, times: this.#times },
      reports: new Map(progress.reports().map((report) => [report.id, report])),
      identified: await progress.identified(),
      answers,
      forcedBy: options.noCache === true ? '--no-cache' : '--no-cache-filter',
    });
    const unneeded = unneededStages(this.#plans);
    const usesContext = vertices.some(({ op }) => op.kind === 'context' && op.name === 'context');
    const ignore = usesContext ? definition.ignoreFile() : undefined;
    return {
      version: RECORD_VERSION,
      id: this.id,
      started: this.#started,
      milliseconds: now() - this.#started,
      ...outcomeOf(end),
      dockerfile: dockerfileName(definition, options.context),
      dockerfileText: dockerfileText(definition, hidden),
      context: hidden.text(options.context),
      target: options.target ?? '',
      platforms: this.#plans.map(({ image }) => formatPlatform(image.platform)),
      names: options.tags ?? [],
      ignore: ignore?.text ?? null,
      ...(ignore !== undefined && { ignoreFile: ignore.file }),
      cacheFrom: (options.cacheFrom ?? []).map((spec) => hidden.text(shownSpec(spec))),
      steps,
      variables,
      ...(answers.length > 0 && {
        cacheAnswers: answers.map((answer) => recordAnswer(answer, this.#caches?.lost, hidden)),
      }),
      ...(beginnings.length > 0 && { beginnings }),
      ...(unneeded.length > 0 && { unneeded }),
      stages:
        'summary' in end
          ? end.summary.stages.map(({ name, bytes = null, isTarget, layers, usedBy }) => ({
              ...{ name, bytes, isTarget },
              ...(layers !== undefined && { layers }),
              ...(usedBy !== undefined && { usedBy }),
            }))
          : [],
      images:
        'images' in end
          ? end.images.map((image) => ({
              id: image.id,
              platform: formatPlatform(image),
              layers: image.layers.map(({ id, diffId }) => ({
                diffId,
                step: stepOfLayer.get(id) ?? null,
              })),
            }))
          : [],
      work: this.#times.work((id) => graph.vertices.has(id as VertexId)),
    };
  }
}

function recordAnswer(
  answer: CacheAnswer,
  lost: string | undefined,
  hidden: HiddenValues,
): RecordedAnswer {
  const reason = lost ?? ('reason' in answer ? answer.reason : undefined);
  return {
    answer: lost === undefined ? answer.kind : 'lost',
    results: answer.kind === 'read' ? answer.results : null,
    reason: reason === undefined ? null : hidden.text(reason),
  };
}

function unneededStages(plans: readonly BuildPlan[]): readonly string[] {
  const stages = plans.flatMap((plan) => plan.stages);
  const needed = new Set(stages.flatMap(({ name, root }) => (root === undefined ? [] : name)));
  return [...new Set(stages.map(({ name }) => name))].filter((name) => !needed.has(name));
}

function outcomeOf(end: BuildEnd): Pick<BuildRecord, 'outcome' | 'error'> {
  if ('summary' in end) return { outcome: 'succeeded', error: null };
  const { error } = end;
  if (error instanceof AbortedError) return { outcome: 'cancelled', error: null };
  return { outcome: 'failed', error: error instanceof AppError ? error.code : null };
}

/** Builds of the same Dockerfile are compared; one from standard input is identified by its context. */
function dockerfileName({ path, name }: Definition, context: string): string {
  if (path === undefined) return `${name} of ${context}`;
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
