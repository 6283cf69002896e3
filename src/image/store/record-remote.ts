/**
 * Records an image of a registry in the store with lazy layers: they stay in the registry, and are fetched when
 * something opens them.
 */
import type { Reference } from '../../oci/index.ts';
import type { BlobSource, ImageRecord, Store } from '../../store/index.ts';
import type { Image } from '../model/image.ts';
import { rememberRepository } from '../registry/blob-repositories.ts';
import { draftImage } from './image-record.ts';
import { knownImage } from './import-image.ts';
import { knowBy } from './known-manifest.ts';
import { recordLazyLayers } from './record-lazy-layers.ts';

/** Drafts an image without fetching a layer. */
export async function recordRemote(
  store: Store,
  image: Image,
  { registry, repository }: Reference,
): Promise<ImageRecord> {
  const { config, configBytes, manifest, bytes } = image;
  const source: BlobSource = { kind: 'registry', registry, repository };
  for (const { digest } of [manifest.config, ...manifest.layers]) {
    rememberRepository(store, digest, { registry, repository });
  }
  const known = knownImage(store, configBytes);
  if (known !== undefined) {
    for (const { id } of known.layers) store.layers.addSource(id, source);
    // The store may have had it before, with another manifest.
    return knowBy(store, known, image);
  }
  const lazyLayers = image.layers.map(({ descriptor, diffId }) => {
    const { mediaType, digest, size, urls, annotations } = descriptor;
    const blob = {
      ...{ mediaType, digest, size },
      ...(urls && { urls }),
      ...(annotations && { annotations }),
    };
    return { diffId, descriptor: blob, sources: [source] };
  });
  const { layers } = recordLazyLayers(store, lazyLayers);
  return draftImage(store, { config, configBytes, manifestBytes: bytes, layers });
}
