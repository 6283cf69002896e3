/** The manifest of an image in the store. */
import { type Descriptor, decodeManifest, type RawManifest } from '../../oci/index.ts';
import type { ImageRecord, Store } from '../../store/index.ts';
import { indexOf, rawManifest } from '../model/index-of.ts';
import type { ImageRecords } from './bundle.ts';
import { manifestDescriptor } from './image-view.ts';

/** Sets the image's manifest; a draft stays one. */
export async function knowBy(
  store: Store,
  record: ImageRecord,
  { descriptor: { digest }, bytes }: RawManifest,
): Promise<ImageRecord> {
  if (record.manifestDigest === digest) return record;
  await store.blobs.write(bytes, { digest });
  const updated = { ...record, manifestDigest: digest };
  store.images.update(updated);
  return updated;
}

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
  await knowBy(store, record, rawManifest(isEmpty ? manifest : { ...manifest, annotations }));
}

/** The descriptor of a name's images in the store: a manifest, or an index that the store need not have. */
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
  return indexOf(manifests);
}
