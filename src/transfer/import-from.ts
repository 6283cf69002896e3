/** An image of a layout into the store. */

import { type ImageSource, importImage, type RemoteImage } from '../image/index.ts';
import { layerCompression } from '../oci/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';

/** @throws AppError LAYER_…, ARCHIVE_… */
export function importFrom(
  store: Store,
  { content, reference }: ImageSource,
  image: RemoteImage,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<ImageRecord> {
  const layers = image.layers.map(({ descriptor }) => ({
    read: () => content.blob(reference, descriptor, { signal }),
    keep: layerCompression(descriptor.mediaType) === 'none' ? undefined : descriptor,
  }));
  const { configBytes, manifestBytes } = image;
  return importImage(store, { configBytes, manifestBytes, layers }, { signal });
}
