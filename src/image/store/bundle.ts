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
  /** What is said of the images, in the index beside them. */
  readonly attestations: readonly AttachedManifest[];
}

/** A manifest that is no image's, with its blobs. */
export interface AttachedManifest extends RawManifest {
  readonly blobs: readonly Blob[];
}

export interface BundleOptions extends StoredImageOptions {
  /** Makes what is attached to an image; undefined: nothing. */
  readonly attest?: ((image: Image) => Promise<AttachedManifest>) | undefined;
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
  const images: Bundle['images'] = [image, ...more];
  const { attest } = options;
  const attestations = attest === undefined ? [] : await Promise.all(images.map(attest));
  return bundled(images, options, attestations);
}

/** Joins images: several get an index over them, and one with attestations. */
export function bundled(
  images: Bundle['images'],
  options: Pick<BundleOptions, 'ociTypes' | 'indexAnnotations' | 'indexDescriptorAnnotations'> = {},
  attestations: readonly AttachedManifest[] = [],
): Bundle {
  const [only, ...others] = images;
  if (others.length + attestations.length === 0) {
    return { images, index: undefined, root: only, attestations };
  }
  const { ociTypes = true, indexAnnotations, indexDescriptorAnnotations } = options;
  const index = indexOf(
    [...images, ...attestations].map(({ descriptor }) => descriptor),
    {
      mediaType: ociTypes ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.dockerIndex,
      annotations: indexAnnotations,
    },
  );
  const { bytes } = index;
  const descriptor: Descriptor = isEmpty(indexDescriptorAnnotations)
    ? index.descriptor
    : { ...index.descriptor, annotations: indexDescriptorAnnotations };
  return { images, index, root: { descriptor, bytes }, attestations };
}

/** Everything to write for a complete bundle. */
export function collectionOf({ images, index, root, attestations }: Bundle): Collection {
  const blobs = [...images.flatMap(blobsOf), ...attestations.flatMap((one) => one.blobs)];
  return { root, manifests: index === undefined ? [] : [...images, ...attestations], blobs };
}

/** All blobs of the bundle, each once. */
export function allBlobsOf({ images, index, attestations }: Bundle): readonly Blob[] {
  const manifests = index === undefined ? images : [...images, ...attestations, index];
  const blobs = [
    ...images.flatMap(blobsOf),
    ...attestations.flatMap((one) => one.blobs),
    ...manifests.map(({ descriptor, bytes }) => blobOf(descriptor, bytes)),
  ];
  return [...new Map(blobs.map((blob) => [blob.descriptor.digest, blob])).values()];
}
