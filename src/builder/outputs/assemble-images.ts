/** Assembles images of the store from build results: one for each platform and each choice of times. */
import { assembleImage, squashImage } from '../../export/index.ts';
import type { ImageRecords, LayerEncoding } from '../../image/index.ts';
import type { ImageLayer, ImageRecord } from '../../store/index.ts';
import { type BuildCaches, INLINE_KEY } from '../caches/index.ts';
import type { BuildRun } from '../run/build-run.ts';
import type { BuiltPlan } from '../solver/built-plans.ts';
import { epochOf, type ImageTimes } from './output.ts';

export interface AssembleChoice {
  readonly times: ImageTimes;
  /** Encoding in which the layers leave the store, if known; undefined: they stay. */
  readonly encoding: LayerEncoding | undefined;
  readonly caches: BuildCaches;
}

/** @param built one for each platform; at least one */
export async function assembleImages(
  run: BuildRun,
  built: readonly BuiltPlan[],
  choice: AssembleChoice,
): Promise<ImageRecords> {
  const [first, ...more] = await Promise.all(built.map((one) => assemble(run, one, choice)));
  if (first === undefined) throw new Error('a build has at least one platform');
  return [first, ...more];
}

/** Key of outputs that use the same images. */
export function timesKey({ sourceDateEpoch }: BuildRun['options'], times: ImageTimes): string {
  const epoch = epochOf(sourceDateEpoch, times);
  return `${epoch} ${epoch === undefined || times.rewrite}`;
}

async function assemble(
  { store, options, signal }: BuildRun,
  { plan, layers: all, inlineCache }: BuiltPlan,
  { times, encoding, caches }: AssembleChoice,
): Promise<ImageRecord> {
  const { base, config, platform, author, history } = plan.image;
  const record = base === undefined ? undefined : store.images.get(base.id);
  const layers = all.slice(record?.layers.length ?? 0);
  const epoch = epochOf(options.sourceDateEpoch, times);
  const { squash } = options;
  let next = 0;
  const image = await assembleImage(store, {
    config,
    platform,
    author,
    layers,
    epoch,
    rewriteTimes: times.rewrite,
    encoding: squash === undefined ? encoding : undefined,
    signal,
    extra: (all) => inlineCache ?? ownInlineCache(caches, all),
    base: base && record && { config: base.config, layers: record.layers },
    history: history.map((entry) => ({
      ...entry,
      layer: entry.emptyLayer ? undefined : layers[next++],
    })),
  });
  if (squash === undefined) return image;
  return squashImage(store, image, {
    base: squash === 'all' ? undefined : record,
    epoch,
    encoding,
    signal,
  });
}

function ownInlineCache(
  caches: BuildCaches,
  layers: readonly ImageLayer[],
): Record<string, string> {
  const cache = caches.inlineCacheOf(layers);
  return cache === undefined ? {} : { [INLINE_KEY]: cache };
}
