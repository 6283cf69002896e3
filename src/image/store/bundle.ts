/** The images of one name: one image, or an index with an image for each of several platforms. */
import { type Descriptor, MEDIA_TYPES, type RawManifest } from '../../oci/index.ts';
import type { ImageRecord, Store } from '../../store/index.ts';
import type { Collection } from '../model/collect.ts';
import { type Blob, blobOf, blobsOf, type Image, type Index } from '../model/image.ts';
import { indexOf, isEmpty } from '../model/index-of.ts';
import { type StoredImageOptions, storedImage } from './stored-image.ts';

export interface Bundle {
  /** At least one. */
  readonly images: readonly [Image, ...Image[]];
  /** Undefined: the name belongs to the only image. */
  readonly index: Index | undefined;
  /** The index, or the image; its descriptor has annotations, and the platform if it is a single image's. */
  readonly root: RawManifest;
}

export interface BundleOptions extends StoredImageOptions {
  readonly indexAnnotations?: Readonly<Record<string, string>> | undefined;
  readonly indexDescriptorAnnotations?: Readonly<Record<string, string>> | undefined;
}

export type ImageRecords = readonly [ImageRecord, ...ImageRecord[]];

/** Makes the missing blobs. @throws as `storedImage` */
export async function bundleOf(
  store: Store,
  records: ImageRecords,
  options: BundleOptions,
): Promise<Bundle> {
  const [first, ...others] = records;
  const image = await storedImage(store, first, options);
  const more: Image[] = [];
  for (const record of others) more.push(await storedImage(store, record, options));
  return bundled([image, ...more], options);
}

/** Joins images: several get an index over them. */
export function bundled(
  images: Bundle['images'],
  options: Pick<BundleOptions, 'ociTypes' | 'indexAnnotations' | 'indexDescriptorAnnotations'> = {},
): Bundle {
  const [only, ...others] = images;
  if (others.length === 0) return { images, index: undefined, root: only };
  const { ociTypes = true, indexAnnotations, indexDescriptorAnnotations } = options;
  const index = indexOf(
    images.map(({ descriptor }) => descriptor),
    {
      mediaType: ociTypes ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.dockerIndex,
      annotations: indexAnnotations,
    },
  );
  const { bytes } = index;
  const descriptor: Descriptor = isEmpty(indexDescriptorAnnotations)
    ? index.descriptor
    : { ...index.descriptor, annotations: indexDescriptorAnnotations };
  return { images, index, root: { descriptor, bytes } };
}

/** Everything to write for a complete bundle. */
export function collectionOf({ images, index, root }: Bundle): Collection {
  const blobs = images.flatMap(blobsOf);
  return { root, manifests: index === undefined ? [] : images, blobs };
}

/** All blobs of the bundle, each once. */
export function allBlobsOf({ images, index }: Bundle): readonly Blob[] {
  const manifests = index === undefined ? images : [...images, index];
  const blobs = [
    ...images.flatMap(blobsOf),
    ...manifests.map(({ descriptor, bytes }) => blobOf(descriptor, bytes)),
  ];
  return [...new Map(blobs.map((blob) => [blob.descriptor.digest, blob])).values()];
}
