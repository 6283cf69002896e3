/** Copies an image from one store to another. */
import { layerTar } from '../../layers/index.ts';
import { decodeImageConfig, decodeManifest, MEDIA_TYPES } from '../../oci/index.ts';
import type { ImageRecord, Store } from '../../store/index.ts';
import type { Image } from '../model/image.ts';
import { ensureImageLayers } from './ensure-image-layers.ts';
import { manifestDescriptor } from './image-view.ts';
import { importImage } from './import-image.ts';

/** Verifies the layers while copying; the image has no name in the other store yet. */
export async function copyImage(
  from: Store,
  to: Store,
  record: ImageRecord,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ImageRecord> {
  const [configBytes, bytes] = await Promise.all([
    from.blobs.read(record.id),
    from.blobs.read(record.manifestDigest),
  ]);
  await ensureImageLayers(from, record, options.signal);
  const image: Image = {
    kind: 'image',
    descriptor: await manifestDescriptor(from, record),
    ...{ bytes, configBytes },
    manifest: decodeManifest(bytes),
    config: decodeImageConfig(configBytes),
    layers: record.layers.map(({ id, diffId, epoch, size }) => ({
      descriptor: { mediaType: MEDIA_TYPES.ociLayer, digest: diffId, size },
      diffId,
      read: () => layerTar(from, id, { epoch, signal: options.signal }),
    })),
  };
  return importImage(to, image, options);
}
