/** What the records of builds tell about an image of the store: which step made a layer, and how large the stages are. */
import type { ReportOptions } from '../analysis/index.ts';
import { type BuildRecord, recordsIn, stepOfLayer } from '../records/index.ts';
import type { StoredImage } from './open-image.ts';

export type KnownBuild = Pick<ReportOptions, 'sources' | 'stages'>;

/** Nothing where no build of the image is on record. */
export function knownBuild({ store, record: image }: StoredImage): KnownBuild {
  const builds = [...recordsIn(store, image.id)].filter(({ images }) =>
    images.some(({ id }) => id === image.id),
  );
  const [newest] = builds;
  if (newest === undefined) return {};
  const made = newest.images.find(({ id }) => id === image.id);
  // By position: two steps may make the same layer.
  const sources = image.layers.map((_, index) => {
    const step = newest.steps[made?.layers[index]?.step ?? -1];
    if (step === undefined || step.instruction === null) return undefined;
    const { instruction, stage, line } = step;
    return { instruction, stage: stage ?? undefined, line: line ?? undefined };
  });
  return { sources, stages: stagesOf(builds) };
}

/** A build that found all in the cache did not look at every stage: then an earlier one tells. */
function stagesOf(builds: readonly BuildRecord[]): NonNullable<KnownBuild['stages']> {
  const sizes = new Map<string, number | null>();
  for (const { stages } of builds) {
    for (const { name, bytes } of stages) sizes.set(name, sizes.get(name) ?? bytes);
  }
  return [...sizes].flatMap(([name, bytes]) => (bytes === null ? [] : [{ name, bytes }]));
}

/** Milliseconds that the step of each layer took when it last ran, bottom first; null where no build on record ran it. */
export function layerTimes({ store, record: image }: StoredImage): readonly (number | null)[] {
  const times = new Map<string, number>();
  for (const record of recordsIn(store)) {
    for (const { diffId } of image.layers) {
      const step = stepOfLayer(record, diffId);
      if (step?.status === 'ran' && !times.has(diffId)) times.set(diffId, step.milliseconds);
    }
  }
  return image.layers.map(({ diffId }) => times.get(diffId) ?? null);
}
