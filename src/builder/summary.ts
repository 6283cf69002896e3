/** The summary of a build: steps, stages, and the layers of the image. */
import { sumOfSizes, unpackedSize } from '../layers/index.ts';
import { formatPlatform } from '../oci/index.ts';
import type {
  BuildSummary,
  BuiltImageSummary,
  LayerSummary,
  StageSummary,
} from '../progress/index.ts';
import type { ImageRecord, LayerId, Store } from '../store/index.ts';
import type { BuiltPlan } from './solver/built-plans.ts';
import type { SolvedBuild } from './solver/solver.ts';

export interface SummaryInput {
  readonly store: Store;
  /** At least one. */
  readonly built: readonly BuiltPlan[];
  /** Their images, if layers were merged into one; in the order of `built`. */
  readonly squashed: readonly ImageRecord[] | undefined;
  readonly solved: SolvedBuild;
  readonly durationMs: number;
}

export async function summarize(input: SummaryInput): Promise<BuildSummary> {
  const { built, solved } = input;
  const stages = await Promise.all(built.map((one) => stageSummaries(one, input)));
  const inImages = new Set(built.flatMap(({ layers }) => layers));
  const ofStages = new Set(stages.flat().flatMap(({ layers }) => layers));
  return {
    steps: solved.steps,
    stages: withoutDoubles(stages.flat().map(({ summary }) => summary)),
    unusedStages: unusedStages(built),
    leftBehindBytes:
      bytesOf(
        input.store,
        [...ofStages].filter((layer) => !inImages.has(layer)),
      ) ?? 0,
    images: built.map((one, position) => imageSummary(one, input, position)),
    durationMs: input.durationMs,
  };
}

interface MeasuredStage {
  readonly summary: StageSummary;
  readonly layers: readonly LayerId[];
}

async function stageSummaries(
  { plan }: BuiltPlan,
  { solved, store, built }: SummaryInput,
): Promise<MeasuredStage[]> {
  const summaries: MeasuredStage[] = [];
  for (const { name, root, isTarget, platform } of plan.stages) {
    if (root === undefined) continue;
    const layers = await solved.layersOf(root);
    const bytes = layers === undefined ? undefined : bytesOf(store, layers);
    const facts = { bytes, isTarget, layers };
    const summary =
      built.length === 1
        ? { name, ...facts }
        : {
            name: `${formatPlatform(platform ?? plan.image.platform)} ${name}`,
            ...facts,
            usedBy: { stage: name, platforms: [formatPlatform(plan.image.platform)] },
          };
    summaries.push({ summary, layers: layers ?? [] });
  }
  return summaries;
}

/** Stages shared by several platforms are listed once. */
function withoutDoubles(stages: readonly StageSummary[]): readonly StageSummary[] {
  const merged = new Map<string, StageSummary>();
  for (const stage of stages) {
    const { usedBy, ...facts } = stage;
    const key = JSON.stringify(facts);
    const earlier = merged.get(key)?.usedBy;
    const platforms = [...(earlier?.platforms ?? []), ...(usedBy?.platforms ?? [])];
    merged.set(key, usedBy === undefined ? stage : { ...facts, usedBy: { ...usedBy, platforms } });
  }
  return [...merged.values()];
}

/** Stages that no platform needs. */
function unusedStages(built: readonly BuiltPlan[]): readonly string[] {
  const [first, ...more] = built.map(({ plan }) =>
    plan.stages.filter(({ root }) => root === undefined).map(({ name }) => name),
  );
  return (first ?? []).filter((name) => more.every((names) => names.includes(name)));
}

function imageSummary(one: BuiltPlan, input: SummaryInput, position: number): BuiltImageSummary {
  const { store, built, squashed } = input;
  const image = squashed?.[position];
  const layers = image === undefined ? one.layers : image.layers.map(({ id }) => id);
  return {
    platform: built.length === 1 ? undefined : formatPlatform(one.plan.image.platform),
    layers: image === undefined ? layerSummaries(one, store) : squashSummaries(one, layers, store),
    layerCount: layers.length,
    bytes: bytesOf(store, layers),
  };
}

/** The base image, if its layers stay, and the merged layer. */
function squashSummaries(
  { plan }: BuiltPlan,
  layers: readonly LayerId[],
  store: Store,
): LayerSummary[] {
  const row = (origin: string, ids: readonly LayerId[]): LayerSummary => ({
    origin,
    bytes: bytesOf(store, ids),
    files: filesOf(store, ids),
  });
  const base = layers.slice(0, -1);
  const own = row(base.length === 0 ? 'squashed: all' : 'squashed', layers.slice(-1));
  return base.length === 0
    ? [own]
    : [row(`FROM ${plan.image.base?.name ?? 'base image'}`, base), own];
}

function layerSummaries({ plan, layers: all }: BuiltPlan, store: Store): LayerSummary[] {
  const origins = plan.image.history.filter(({ emptyLayer }) => !emptyLayer);
  const baseLayers = all.length - origins.length;
  const base = all.slice(0, baseLayers);
  const layers: LayerSummary[] = all.slice(baseLayers).map((id, index) => ({
    origin: origins[index]?.createdBy ?? '',
    bytes: bytesOf(store, [id]),
    files: filesOf(store, [id]),
  }));
  if (base.length === 0) return layers;
  const origin = `FROM ${plan.image.base?.name ?? 'base image'}`;
  return [{ origin, bytes: bytesOf(store, base), files: filesOf(store, base) }, ...layers];
}

/** Bytes of file content in a stack of layers; undefined if one is unknown. */
function bytesOf(store: Store, layers: readonly LayerId[]): number | undefined {
  return sumOfSizes(layers.map((id) => unpackedSize(store, { id })));
}

/** Undefined if a layer is lazy. */
function filesOf(store: Store, layers: readonly LayerId[]): number | undefined {
  const metas = layers.map((id) => store.layers.get(id));
  if (metas.some((meta) => meta?.lazy !== undefined)) return undefined;
  return metas.reduce((sum, meta) => sum + (meta?.files ?? 0), 0);
}
