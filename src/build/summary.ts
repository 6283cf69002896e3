/** What a build tells when it is done: steps, stages, and what the image is made of. */
import type { BuildPlan } from '../plan/index.ts';
import type {
  BuildSummary,
  LayerSummary,
  StageSummary,
  StepInfo,
  StepSummary,
} from '../progress/index.ts';
import type { Solver, StepReport, VertexResult } from '../solver/index.ts';
import type { LayerId, Store } from '../store/index.ts';

export interface SummaryInput {
  readonly store: Store;
  readonly plan: BuildPlan;
  readonly solver: Solver;
  readonly stepOf: (report: StepReport) => StepInfo;
  readonly result: VertexResult;
  /** How many of the result's layers are the base image's. */
  readonly baseLayers: number;
  /** The base image as the Dockerfile names it. */
  readonly baseName: string | undefined;
  readonly durationMs: number;
}

export async function summarize(input: SummaryInput): Promise<BuildSummary> {
  const { plan, solver, result, store } = input;
  return {
    steps: solver.reports().map((report) => stepSummary(report, input.stepOf(report))),
    stages: await stageSummaries(input),
    unusedStages: plan.stages.filter(({ root }) => root === undefined).map(({ name }) => name),
    layers: layerSummaries(input),
    imageBytes: bytesOf(store, result.layers),
    durationMs: input.durationMs,
  };
}

function stepSummary({ cached, durationMs, addedBytes }: StepReport, step: StepInfo): StepSummary {
  return { step, cached, durationMs, addedBytes };
}

async function stageSummaries({ plan, solver, store }: SummaryInput): Promise<StageSummary[]> {
  const summaries: StageSummary[] = [];
  for (const { name, root, isTarget } of plan.stages) {
    if (root === undefined) continue;
    const result = await solver.peek(root);
    const bytes = result === undefined ? undefined : bytesOf(store, result.layers);
    summaries.push({ name, bytes, isTarget });
  }
  return summaries;
}

function layerSummaries({ store, plan, result, baseLayers, baseName }: SummaryInput) {
  const base = result.layers.slice(0, baseLayers);
  const own = result.layers.slice(baseLayers);
  const origins = plan.image.history.filter(({ emptyLayer }) => !emptyLayer);
  const layers: LayerSummary[] = own.map((id, index) => ({
    origin: origins[index]?.createdBy ?? '',
    bytes: bytesOf(store, [id]),
    files: filesOf(store, [id]),
  }));
  if (base.length === 0) return layers;
  const origin = `FROM ${baseName ?? 'base image'}`;
  return [{ origin, bytes: bytesOf(store, base), files: filesOf(store, base) }, ...layers];
}

/** Bytes of file content in a stack of layers. */
function bytesOf(store: Store, layers: readonly LayerId[]): number {
  return layers.reduce((sum, id) => sum + (store.layers.get(id)?.size ?? 0), 0);
}

function filesOf(store: Store, layers: readonly LayerId[]): number {
  return layers.reduce((sum, id) => sum + (store.layers.get(id)?.files ?? 0), 0);
}
