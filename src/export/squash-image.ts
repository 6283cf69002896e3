/** An image with one layer instead of several, and the history that `docker build --squash` gives it. */

import {
  draftImage,
  identifyLayer,
  type LayerEncoding,
  readConfig,
  uncompressed,
} from '../image/index.ts';
import { ensureLayers, squashLayers } from '../layers/index.ts';
import { canonicalJson, formatTime, type HistoryEntry, type ImageConfig } from '../oci/index.ts';
import type { ImageLayer, ImageRecord, Store } from '../store/index.ts';
import { baseLayer } from './assemble.ts';
import { historyOfLayers } from './image-history.ts';

export interface SquashImageOptions {
  /** The image whose layers stay as they are; undefined: the new image has a single layer. */
  readonly base: ImageRecord | undefined;
  /** Seconds since the epoch: the time of the new history entry; undefined: that of the image. */
  readonly epoch?: number | undefined;
  /** Encoding in which the new layer leaves the store, if known; undefined: it stays. */
  readonly encoding?: LayerEncoding | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Records an image whose layers above the base are merged into one. The original image is removed, unless
 * something else uses it. An image with nothing to squash is returned as it is.
 *
 * @returns the record, without a name; the file system is that of the original
 */
export async function squashImage(
  store: Store,
  image: ImageRecord,
  options: SquashImageOptions,
): Promise<ImageRecord> {
  const { base, epoch, encoding, signal } = options;
  const kept = image.layers.slice(0, base?.layers.length ?? 0);
  const squashed = image.layers.slice(kept.length);
  if (squashed.length === 0) return image;
  const stack = image.layers.map(({ id }) => id);
  await ensureLayers(store, base === undefined ? stack : [], { signal });
  const id = await squashLayers(store, squashed, { isBottom: kept.length === 0, signal });
  const { diffId, size } = await identifyLayer(
    store,
    { id, epoch: undefined },
    { encoding, signal },
  );
  const meta = store.layers.get(id);
  const layer = {
    ...{ id, diffId, epoch: undefined, size: meta?.size ?? 0 },
    blob: uncompressed(diffId, size),
  };
  const below = await Promise.all(kept.map((one: ImageLayer) => baseLayer(store, one)));
  const config = squashedConfig(await readConfig(store, image), {
    diffIds: [...kept.map((one) => one.diffId), diffId],
    baseHistory: base && historyOfLayers(await readConfig(store, base), base.layers.length).length,
    comment: base === undefined ? `create new from ${image.id}` : `merge ${image.id} to ${base.id}`,
    epoch,
  });
  const layers = [...below, layer];
  return draftImage(store, { config, configBytes: canonicalJson(config), layers });
}

interface Squashed {
  readonly diffIds: ImageConfig['rootfs']['diff_ids'];
  /** How many entries belong to the base image; undefined: all lose their layers. */
  readonly baseHistory: number | undefined;
  readonly comment: string;
  readonly epoch: number | undefined;
}

/** All instructions stay in the history, but only the last entry has a layer. */
function squashedConfig(config: ImageConfig, squashed: Squashed): ImageConfig {
  const { diffIds, baseHistory = 0, comment, epoch } = squashed;
  const created = epoch === undefined ? config.created : formatTime(epoch * 1000);
  const entries = (config.history ?? []).map((entry, position) =>
    position < baseHistory ? entry : { ...entry, empty_layer: true },
  );
  const last: HistoryEntry = { ...(created === undefined ? {} : { created }), comment };
  return {
    ...config,
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: [...entries, last],
  };
}
