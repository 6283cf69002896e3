/** What a Dockerfile with a single stage would have shipped: from the record of a build, and the layers of its stages. */
import type { StageLayer } from '../analysis/index.ts';
import { type LayerEntry, readIndex, unpackedSize } from '../layers/index.ts';
import type { BuildRecord, RecordedStage } from '../records/index.ts';
import type { LayerId, Store } from '../store/index.ts';

/** What of a build tells what a single stage would have shipped. */
export interface JoinedBuild {
  readonly record: BuildRecord;
  /** Those that the image needed. */
  readonly stages: readonly RecordedStage[];
}

/**
 * The layers of all stages that the target needs, joined. Of the target, its base does not count, unless another stage has it
 * too: in one stage, the base of the others takes its place. Copies from other stages do not count either: the files are
 * there already.
 *
 * @returns bytes; undefined for an image that needed a single stage, and where layers are gone
 */
export async function singleStageBytes(
  store: Store,
  { record, stages: needed }: JoinedBuild,
): Promise<number | undefined> {
  const target = needed.find(({ isTarget }) => isTarget);
  const others = needed.filter((stage) => stage !== target);
  if (target?.layers === undefined || others.length === 0) return undefined;
  const own = target.layers.filter((id) => isOwn(record, target, id));
  const stages: (readonly StageLayer[])[] = [];
  for (const ids of [...others.map(({ layers }) => layers), own]) {
    const layers = ids?.map((id) => layerOf(store, record, id as LayerId));
    if (layers === undefined) return undefined;
    const known = layers.filter((layer) => layer !== undefined);
    if (known.length < layers.length) return undefined;
    stages.push(known);
  }
  const { joinedStages } = await import('../analysis/index.ts');
  return joinedStages(stages);
}

/** Whether a step of the target made the layer, and not by a copy of what another stage made. */
function isOwn({ steps }: BuildRecord, { name }: RecordedStage, id: string): boolean {
  const made = steps.filter(({ layer, stage }) => layer === id && stage === name);
  return made.some(
    ({ kind, inputs }) =>
      kind !== 'image' &&
      !(kind === 'copy' && inputs.slice(1).some((at) => isOfStage(steps[at ?? -1]))),
  );
}

function isOfStage(step: BuildRecord['steps'][number] | undefined): boolean {
  return step !== undefined && step.stage !== null && step.kind !== 'image';
}

function layerOf(store: Store, record: BuildRecord, id: LayerId): StageLayer | undefined {
  const bytes = unpackedSize(store, { id });
  if (bytes === undefined) return undefined;
  const meta = store.layers.get(id);
  if (meta === undefined || meta.lazy !== undefined) return { id, bytes, entries: undefined };
  const { entries } = readIndex(store.layers.directory(id));
  const runtimes = record.steps.flatMap((step) =>
    step.layer === id && step.kind === 'exec' ? runtimesMadeBy(step.instruction ?? '') : [],
  );
  return { id, bytes, entries: runtimes.length === 0 ? entries : without(entries, runtimes) };
}

/**
 * Where jlink puts the small runtime that it makes of the stage's JDK. It is made for the last stage: a single one would run
 * the JDK that it has.
 *
 * @returns directories, with a slash at both ends
 */
export function runtimesMadeBy(instruction: string): readonly string[] {
  return [...instruction.matchAll(JLINK)].flatMap(([, quoted, literal, bare]) => {
    const directory = (quoted ?? literal ?? bare ?? '').replace(/\/+$/, '');
    return directory.startsWith('/') ? `${directory}/` : [];
  });
}

const JLINK =
  /\bjlink["']?\s[^;&|]*?--output[\s=]+(?:"([^"$]+)"|'([^']+)'|([^\s"';&|$]+)(?=[\s;&|]|$))/g;

function* without(
  entries: Iterable<LayerEntry>,
  directories: readonly string[],
): Generator<LayerEntry> {
  for (const entry of entries) {
    if (!directories.some((directory) => `/${entry.path}`.startsWith(directory))) yield entry;
  }
}
