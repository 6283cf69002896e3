/** What one name stands for: an image, or an index with an image for each of several platforms. */
import { canonicalJson, type Descriptor, type ImageIndex, MEDIA_TYPES } from '../../oci/index.ts';
import type { ImageRecord, Store } from '../../store/index.ts';
import {
  blobOf,
  type ContentOptions,
  type ImageContent,
  imageContent,
  isEmpty,
} from './image-content.ts';
import type { Blob } from './layer-blobs.ts';

export interface Bundle {
  /** At least one. */
  readonly images: readonly [ImageContent, ...ImageContent[]];
  /** Undefined: the name stands for the only image. */
  readonly index: Blob | undefined;
  /** Names the index, or the manifest, with annotations, and with the platform if it is one image's. */
  readonly root: Descriptor;
}

export interface BundleOptions extends ContentOptions {
  readonly indexAnnotations?: Readonly<Record<string, string>> | undefined;
  readonly indexDescriptorAnnotations?: Readonly<Record<string, string>> | undefined;
}

export type ImageRecords = readonly [ImageRecord, ...ImageRecord[]];

/** Makes what blobs are lacking. @throws as `imageContent` */
export async function bundleOf(
  store: Store,
  records: ImageRecords,
  options: BundleOptions,
): Promise<Bundle> {
  const [first, ...others] = records;
  const content = await imageContent(store, first, options);
  if (others.length === 0) return { images: [content], index: undefined, root: content.descriptor };
  const more: ImageContent[] = [];
  for (const record of others) more.push(await imageContent(store, record, options));
  const images: Bundle['images'] = [content, ...more];
  const { ociTypes = true, indexAnnotations, indexDescriptorAnnotations } = options;
  const document: ImageIndex = {
    schemaVersion: 2,
    mediaType: ociTypes ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.dockerIndex,
    manifests: images.map(({ descriptor }) => descriptor),
    ...(isEmpty(indexAnnotations) ? {} : { annotations: indexAnnotations }),
  };
  const index = blobOf(canonicalJson(document), document.mediaType);
  const root = isEmpty(indexDescriptorAnnotations)
    ? index.descriptor
    : { ...index.descriptor, annotations: indexDescriptorAnnotations };
  return { images, index, root };
}

/** Everything the bundle is made of, what is named before what names it, each blob once. */
export function blobsOf({ images, index }: Bundle): readonly Blob[] {
  const blobs = images.flatMap(({ layers, config, manifest }) => [...layers, config, manifest]);
  const all = index === undefined ? blobs : [...blobs, index];
  return [...new Map(all.map((blob) => [blob.descriptor.digest, blob])).values()];
}
