/** Imports a root file system from a tar as an image of one layer. */
import { decompress } from '../archive/index.ts';
import { countLayers, draftImage, fullName, type Progress, uncompressed } from '../image/index.ts';
import { importTar } from '../layers/index.ts';
import {
  type ContainerConfig,
  canonicalJson,
  formatTime,
  type ImageConfig,
  type Platform,
} from '../oci/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import type { NewHistory } from './image-history.ts';

export interface ImportRootfsOptions {
  /** The name it gets; a tag is added if it has none. Undefined: no name. */
  readonly reference: string | undefined;
  readonly config: ContainerConfig;
  readonly platform: Platform;
  /** The history entry of the layer. */
  readonly createdBy: string;
  readonly comment?: string | undefined;
  /** The instructions that changed the config, after the layer. */
  readonly furtherHistory?: readonly NewHistory[] | undefined;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Imports a tar, compressed or not. The layer is that tar, byte for byte, so the same tar and options give the same
 * image id.
 *
 * @throws AppError of reading the tar; then nothing is recorded
 */
export async function importRootfs(
  store: Store,
  tar: AsyncIterable<Uint8Array>,
  options: ImportRootfsOptions,
): Promise<ImageRecord> {
  const reference = options.reference === undefined ? undefined : fullName(options.reference);
  const finished = countLayers(options.progress, 'importing', 1);
  const layer = await importTar(store, decompress(tar), { signal: options.signal });
  finished();
  const created = formatTime(options.created);
  const config: ImageConfig = {
    ...options.platform,
    created,
    config: options.config,
    rootfs: { type: 'layers', diff_ids: [layer.diffId] },
    history: [
      { created, created_by: options.createdBy, comment: options.comment },
      ...(options.furtherHistory ?? []).map(({ createdBy, comment }) => ({
        ...{ created, created_by: createdBy, comment, empty_layer: true },
      })),
    ],
  };
  const { id, diffId, size, tarSize } = layer;
  const record = await draftImage(store, {
    config,
    configBytes: canonicalJson(config),
    layers: [{ id, diffId, epoch: undefined, size, blob: uncompressed(diffId, tarSize) }],
  });
  if (reference === undefined) store.images.put(record);
  else store.images.tag(record.id, reference);
  await store.flush();
  return record;
}
