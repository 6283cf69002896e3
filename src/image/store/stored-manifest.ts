/** The manifests that images have in the store. */
import {
  canonicalJson,
  type Descriptor,
  decodeManifest,
  digestOf,
  MEDIA_TYPES,
} from '../../oci/index.ts';
import type { ImageRecord, Store } from '../../store/index.ts';
import type { ImageRecords } from './bundle.ts';
import { manifestDescriptor } from './image-view.ts';

/** Gives the image's manifest in the store these annotations, and no others. */
export async function annotateImage(
  store: Store,
  image: ImageRecord,
  annotations: Readonly<Record<string, string>>,
): Promise<void> {
  const record = store.images.get(image.id) ?? image;
  const { annotations: known = {}, ...manifest } = decodeManifest(
    await store.blobs.read(record.manifestDigest),
  );
  const isEmpty = Object.keys(annotations).length === 0;
  if (isEmpty && Object.keys(known).length === 0) return;
  const bytes = canonicalJson(isEmpty ? manifest : { ...manifest, annotations });
  const { digest } = await store.blobs.write(bytes);
  store.images.update({ ...record, manifestDigest: digest });
}

/** What names images of the store together: a manifest, or an index that need not be there. */
export async function storedRoot(
  store: Store,
  images: ImageRecords,
): Promise<{ readonly descriptor: Descriptor }> {
  const manifests: Descriptor[] = [];
  for (const { id } of images) {
    const record = store.images.get(id);
    if (record === undefined) throw new Error(`the store has no image ${id}`);
    manifests.push(await manifestDescriptor(store, record));
  }
  const [only] = manifests;
  if (manifests.length === 1 && only !== undefined) return { descriptor: only };
  const mediaType = MEDIA_TYPES.ociIndex;
  const bytes = canonicalJson({ schemaVersion: 2, mediaType, manifests });
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length } };
}
