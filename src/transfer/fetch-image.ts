/** From a registry into the store. Layers of the store are not fetched. */

import { type Image, type OnTransfer, recordRemote, reporter } from '../image/index.ts';
import { ensureLayers, type FetchProgress } from '../layers/index.ts';
import type { Reference } from '../oci/index.ts';
import type { Registries } from '../registry/index.ts';
import type { ImageRecord, LazyLayer, Store } from '../store/index.ts';
import { registryLayers } from './registry-layers.ts';

export interface FetchOptions {
  /** The name it was opened by. */
  readonly from: Reference;
  readonly onTransfer?: OnTransfer | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches an image's layers and drafts the image, to be recorded under a name. Each blob is verified, kept and indexed
 * while it arrives.
 *
 * @throws AppError REGISTRY_…, LAYER_…, ARCHIVE_…, IMAGE_LAYER_COUNT
 */
export async function fetchImage(
  store: Store,
  registries: Registries,
  image: Image,
  { from, onTransfer, signal }: FetchOptions,
): Promise<ImageRecord> {
  const record = await recordRemote(store, image, from);
  const provider = registryLayers(async () => registries);
  const progress = new TransferProgress(onTransfer);
  const ids = record.layers.map(({ id }) => id);
  for (const [position, { descriptor }] of image.layers.entries()) {
    const id = ids[position];
    const isLazy = id !== undefined && store.layers.get(id)?.lazy !== undefined;
    reporter(onTransfer, 'in', descriptor)(isLazy ? 'waiting' : 'known');
  }
  await ensureLayers(store, ids, { provider, progress, signal });
  return record;
}

/** Reports the progress of lazy layers. */
export class TransferProgress implements FetchProgress {
  readonly #onTransfer: OnTransfer | undefined;

  constructor(onTransfer: OnTransfer | undefined) {
    this.#onTransfer = onTransfer;
  }

  began({ descriptor }: LazyLayer): void {
    reporter(this.#onTransfer, 'in', descriptor)('waiting');
  }

  advanced({ descriptor }: LazyLayer, bytes: number): void {
    const tell = reporter(this.#onTransfer, 'in', descriptor);
    if (bytes < descriptor.size) tell('moving', bytes);
    else tell('moved');
  }

  ended({ descriptor }: LazyLayer, error: unknown): void {
    if (error === undefined) reporter(this.#onTransfer, 'in', descriptor)('done');
  }
}
