/** Images of the store into a registry: with the manifest and the blobs they came with, where these can be had. */
import {
  type Blob,
  blobOf,
  bytesOf,
  imageContent,
  originalLayer,
  type PushContent,
  type PushOptions,
  placesOf,
  pushContent,
} from '../image/index.ts';
import {
  canonicalJson,
  type Descriptor,
  decodeImageConfig,
  decodeManifest,
  imagePlatform,
  MEDIA_TYPES,
  type Reference,
} from '../oci/index.ts';
import type { Registries } from '../registry/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';

/**
 * Pushes an image, or images for several platforms and an index of them.
 *
 * @param images not empty
 * @param reference with a tag
 * @returns what the name means in the registry now
 * @throws AppError REGISTRY_…; BLOB_DAMAGED
 */
export async function pushImages(
  store: Store,
  registries: Registries,
  images: readonly ImageRecord[],
  { reference, ...options }: PushOptions & { readonly reference: Reference },
): Promise<Descriptor> {
  const [only] = images;
  if (images.length === 1 && only !== undefined) {
    return pushImage(store, registries, only, { reference, ...options });
  }
  const { registry, repository } = reference;
  const entries: Descriptor[] = [];
  for (const image of images) {
    const unnamed = { registry, repository };
    const pushed = await pushImage(store, registries, image, { reference: unnamed, ...options });
    entries.push({ ...pushed, platform: await platformOf(store, image) });
  }
  const mediaType = MEDIA_TYPES.ociIndex;
  const bytes = canonicalJson({ schemaVersion: 2, mediaType, manifests: entries });
  const index = blobOf(bytes, mediaType);
  await pushContent(store, registries, { reference, blobs: [], manifest: index }, options);
  return index.descriptor;
}

async function pushImage(
  store: Store,
  registries: Registries,
  image: ImageRecord,
  { reference, ...options }: PushOptions & { readonly reference: Reference },
): Promise<Descriptor> {
  const content = await contentOf(store, registries, image, options.signal);
  await pushContent(store, registries, { reference, ...content }, options);
  const { descriptor } = content.manifest;
  if (image.manifestDigest !== descriptor.digest) {
    // From now on the image is known by the digest others know it by.
    await store.blobs.write(await bytesOf(content.manifest), { digest: descriptor.digest });
    store.images.put({ ...image, manifestDigest: descriptor.digest });
  }
  return descriptor;
}

/** What an image of the store consists of in a registry. New layers are compressed, once. */
export async function contentOf(
  store: Store,
  registries: Registries,
  image: ImageRecord,
  signal?: AbortSignal,
): Promise<PushContent> {
  const original = await originalContent(store, registries, image);
  if (original !== undefined) return original;
  const content = await imageContent(store, image, {
    compression: 'gzip',
    finished: () => undefined,
    signal,
  });
  return { blobs: [content.config, ...content.layers], manifest: content.manifest };
}

/** The manifest the image came with, if the store has its blobs or knows a registry that does. */
async function originalContent(
  store: Store,
  registries: Registries,
  image: ImageRecord,
): Promise<PushContent | undefined> {
  const bytes = await store.blobs.read(image.manifestDigest);
  const manifest = decodeManifest(bytes);
  const blobs: Blob[] = [];
  for (const [position, descriptor] of [manifest.config, ...manifest.layers].entries()) {
    // What may not be passed on stays where it is.
    if ((descriptor.urls ?? []).length > 0) continue;
    const here = originalLayer(store, image.layers[position - 1], descriptor);
    const blob = here ?? remoteBlob(store, registries, descriptor);
    if (blob === undefined) return undefined;
    blobs.push(blob);
  }
  return { blobs, manifest: blobOf(bytes, manifest.mediaType) };
}

function remoteBlob(
  store: Store,
  registries: Registries,
  descriptor: Descriptor,
): Blob | undefined {
  const [place] = placesOf(store, descriptor.digest);
  if (place === undefined) return undefined;
  return { descriptor, read: () => registries.blob(place, descriptor) };
}

export async function platformOf(store: Store, image: ImageRecord) {
  return imagePlatform(decodeImageConfig(await store.blobs.read(image.id)));
}
