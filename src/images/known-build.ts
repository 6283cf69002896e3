/**
 * What the records of this machine's builds tell about an image: which step made a layer, and how large the stages are. An
 * archive, an OCI layout or an image of a registry is the same image as the one that was built.
 */
import { layerInstructions, type ReportOptions } from '../analysis/index.ts';
import {
  type BuildRecord,
  lastTimes,
  recordsIn,
  stagesOfImage,
  stepOfLayer,
} from '../records/index.ts';
import { type JoinedBuild, singleStageBytes } from './single-stage.ts';
import type { FoundImage } from './with-image.ts';

export type KnownBuild = Pick<ReportOptions, 'sources' | 'stages' | 'singleStage'>;
type SoughtImage = Pick<FoundImage, 'image' | 'builds'>;

export interface BuildWithTimes {
  readonly record: BuildRecord;
  /** Milliseconds that each step took when it last ran. */
  readonly lastTimes: readonly (number | null)[];
}

/** The newest build that made the image; undefined where none is on record. */
export function buildOf(opened: SoughtImage): BuildWithTimes | undefined {
  const record = buildsOf(opened)[0]?.record;
  return record && { record, lastTimes: lastTimes(opened.builds, record) };
}

/** Nothing where no build of the image is on record. */
export async function knownBuild(
  opened: SoughtImage & Pick<FoundImage, 'inStore'>,
): Promise<KnownBuild> {
  const builds = buildsOf(opened);
  const [newest] = builds;
  if (newest === undefined) return {};
  const { config, layers, manifest } = opened.image;
  const isSame = newest.made.id === manifest.config.digest;
  const written = layerInstructions(config, layers.length);
  // By position: two steps may make the same layer.
  const sources = layers.map((_, index) => {
    const step = newest.record.steps[newest.made.layers[index]?.step ?? -1];
    if (step === undefined || step.instruction === null) return undefined;
    const { stage, line } = step;
    // Where a tool has rewritten the config so that it no longer says, the report does not say either.
    const isSaid = isSame || written[index] !== null;
    const instruction = isSaid ? step.instruction : undefined;
    return { instruction, stage: stage ?? undefined, line: line ?? undefined };
  });
  const joined = builds.flatMap(({ record, made: one }) => {
    const stages = stagesOfImage(record, one);
    return stages === undefined ? [] : { record, stages };
  });
  return { sources, stages: stagesOf(joined), singleStage: await singleStageOf(opened, joined) };
}

/** Milliseconds that the step of each layer took when it last ran, bottom first; null where no build on record ran it. */
export function layerTimes({ image, builds }: SoughtImage): readonly (number | null)[] {
  const times = new Map<string, number>();
  for (const record of recordsIn(builds)) {
    for (const { diffId } of image.layers) {
      const step = stepOfLayer(record, diffId);
      if (step?.status === 'ran' && !times.has(diffId)) times.set(diffId, step.milliseconds);
    }
  }
  return image.layers.map(({ diffId }) => times.get(diffId) ?? null);
}

type MadeImage = BuildRecord['images'][number];

interface Build {
  readonly record: BuildRecord;
  readonly made: MadeImage;
}

/** Newest first, without those that only name an image as their base: the builds of this very image, else, where a tool has rewritten its config, those of the same layers. */
function buildsOf({ image, builds }: SoughtImage): readonly Build[] {
  const { digest } = image.manifest.config;
  const diffIds = image.layers.map(({ diffId }) => diffId);
  const find = (mentions: string, isIt: (made: MadeImage) => boolean): readonly Build[] => {
    const found = [...recordsIn(builds, { mentions })].flatMap((record) => {
      const made = record.images.find(isIt);
      return made === undefined ? [] : { record, made };
    });
    const makers = found.filter(({ made }) => made.layers.some(({ step }) => step !== null));
    return makers.length > 0 ? makers : found;
  };
  const same = find(digest, ({ id }) => id === digest);
  const top = diffIds.at(-1);
  if (same.length > 0 || top === undefined) return same;
  return find(
    top,
    ({ layers }) =>
      layers.length === diffIds.length &&
      layers.every(({ diffId }, position) => diffId === diffIds[position]),
  );
}

async function singleStageOf(
  { inStore }: Pick<FoundImage, 'inStore'>,
  builds: readonly JoinedBuild[],
): Promise<number | undefined> {
  // A build that found all in the cache did not look at every stage: then an earlier one tells.
  const looked = builds.find(({ stages }) => stages.every(({ layers }) => layers !== undefined));
  return looked && inStore((store) => singleStageBytes(store, looked));
}

/** A build that found all in the cache did not look at every stage: then an earlier one tells. */
function stagesOf(builds: readonly JoinedBuild[]): NonNullable<KnownBuild['stages']> {
  const sizes = new Map<string, number | null>();
  for (const { stages } of builds) {
    for (const { name, bytes } of stages) sizes.set(name, sizes.get(name) ?? bytes);
  }
  return [...sizes].flatMap(([name, bytes]) => (bytes === null ? [] : [{ name, bytes }]));
}
