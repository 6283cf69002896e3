/** A layer as an EROFS image over its own tar, for kernels that can mount one: made at once, without unpacking. */
import { existsSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { shareWork, TimeSlice } from '../concurrency/index.ts';
import type { LayerId } from '../store/index.ts';
import { encodeImage, fitsImage } from './erofs/image.ts';
import { readIndex } from './index-codec.ts';
import { TAR_FILE } from './layer-index.ts';
import type { LayerStore } from './layer-store.ts';

export const EROFS_FILE = 'layer.erofs';

/** Host paths as text. */
export interface ErofsForm {
  readonly meta: string;
  readonly device: string;
}

/**
 * The image of a layer, made if it does not exist yet.
 *
 * @returns undefined when the layer cannot have one: it has no tar, or the tar is beyond the reach of block addresses
 */
export async function erofsOf(
  store: LayerStore,
  id: LayerId,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ErofsForm | undefined> {
  const directory = store.layers.directory(id);
  const form = { meta: join(directory, EROFS_FILE), device: join(directory, TAR_FILE) };
  if (existsSync(form.meta)) return form;
  if (!existsSync(form.device)) return undefined;
  return shareWork(store, {
    name: `erofs ${id}`,
    signal: options.signal,
    work: async (signal) => {
      const index = readIndex(directory);
      const { size } = statSync(form.device);
      if (!fitsImage(index, size)) return undefined;
      const bytes = await new TimeSlice(signal).run(encodeImage(index, size));
      const meta =
        store.isReadOnly === true ? join(await store.temporaryDirectory(), EROFS_FILE) : form.meta;
      await writeWhole(meta, bytes);
      return { ...form, meta };
    },
  });
}

/** Other processes may do the same at once: the bytes are the same, and the rename is atomic. */
async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await using file = await open(temporary, 'w', 0o600);
    await file.writeFile(bytes);
    await file.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await rename(temporary, path);
}
