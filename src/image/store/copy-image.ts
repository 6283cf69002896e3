/** An image of one store into another. */
import { layerTar } from '../../layers/index.ts';
import type { ImageRecord, Store } from '../../store/index.ts';
import { importImage } from './import-image.ts';
import { presentImage } from './present-image.ts';

/** Its layers are verified on the way; it has no name in the other store yet. */
export async function copyImage(
  from: Store,
  to: Store,
  image: ImageRecord,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ImageRecord> {
  const [configBytes, manifestBytes] = await Promise.all([
    from.blobs.read(image.id),
    from.blobs.read(image.manifestDigest),
  ]);
  await presentImage(from, image, options.signal);
  const layers = image.layers.map(({ id, epoch }) => ({
    read: () => layerTar(from, id, { epoch, signal: options.signal }),
  }));
  return importImage(to, { configBytes, manifestBytes, layers }, options);
}
