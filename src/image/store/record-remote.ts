/**
 * An image of a registry becomes one of the store while its layers stay where they are: they are promised, and fetched
 * when somebody opens them.
 */

import type { BlobSource, ImageRecord, Store } from '../../store/index.ts';
import { rememberPlace } from '../registry/blob-places.ts';
import type { RemoteImage } from '../resolve-image.ts';
import { draftImage } from './image-record.ts';
import { checkConfig, knownImage } from './import-image.ts';
import { promiseLayers } from './promise-layers.ts';

/**
 * Drafts an image without fetching a layer.
 *
 * @throws AppError IMAGE_LAYER_COUNT
 */
export async function recordRemote(store: Store, image: RemoteImage): Promise<ImageRecord> {
  const { config, configBytes, manifest, reference } = image;
  checkConfig(config, image.layers.length);
  const { registry, repository } = reference;
  const source: BlobSource = { kind: 'registry', registry, repository };
  for (const { digest } of [manifest.config, ...manifest.layers]) {
    rememberPlace(store, digest, reference);
  }
  const known = knownImage(store, configBytes);
  if (known !== undefined) {
    for (const { id } of known.layers) store.layers.addSource(id, source);
    return withManifest(store, known, image);
  }
  const promises = image.layers.map(({ descriptor, diffId }) => {
    const { mediaType, digest, size, urls, annotations } = descriptor;
    const blob = {
      ...{ mediaType, digest, size },
      ...(urls && { urls }),
      ...(annotations && { annotations }),
    };
    return { diffId, descriptor: blob, sources: [source] };
  });
  const { layers } = promiseLayers(store, promises);
  return draftImage(store, { config, configBytes, manifestBytes: image.manifestBytes, layers });
}

/** The image may have been there before, with another manifest: now it is known by this one. */
async function withManifest(
  store: Store,
  record: ImageRecord,
  { manifestBytes, manifestDescriptor }: RemoteImage,
): Promise<ImageRecord> {
  const { digest } = manifestDescriptor;
  if (record.manifestDigest === digest) return record;
  await store.blobs.write(manifestBytes, { digest });
  const updated = { ...record, manifestDigest: digest };
  store.images.update(updated);
  return updated;
}
