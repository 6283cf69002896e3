/** Exports an image of the store: with its original manifest, or with a new one over layers in the requested form. */
import { mapParallel } from '../../concurrency/index.ts';
import { ensureLayers } from '../../layers/index.ts';
import {
  canonicalJson,
  type Descriptor,
  type DiffId,
  decodeImageConfig,
  decodeManifest,
  digestOf,
  type ImageConfig,
  imagePlatform,
  layerTypeIn,
  type Manifest,
  MEDIA_TYPES,
  type Platform,
} from '../../oci/index.ts';
import type { ImageLayer, ImageRecord, Store } from '../../store/index.ts';
import type { Blob, Image, Layer } from '../model/image.ts';
import { isEmpty, rawManifest } from '../model/index-of.ts';
import {
  type LayerBlobOptions,
  layerBlob,
  originalBlob,
  originalTar,
  storedBlob,
} from './layer-blobs.ts';

/** Annotations of an image, by level. */
export interface ImageAnnotations {
  readonly manifest?: Readonly<Record<string, string>> | undefined;
  /** In the manifest's descriptor in an index. */
  readonly descriptor?: Readonly<Record<string, string>> | undefined;
}

export interface StoredImageOptions extends LayerBlobOptions {
  /** Whether documents and layers have OCI's media types, or Docker's. Default true. */
  readonly ociTypes?: boolean | undefined;
  readonly annotations?: ((platform: Platform) => ImageAnnotations) | undefined;
  /**
   * Use the manifest that the image has in the store, byte for byte, if it is an OCI one and the store has all its
   * blobs: then a loaded image is written unchanged, and the other options are ignored.
   */
  readonly keepManifest?: boolean | undefined;
  /** Called after each layer. */
  readonly finished?: (() => void) | undefined;
}

/**
 * Opens an image of the store; missing blobs are made, several layers in parallel.
 *
 * @returns its descriptor is as in an index: with platform and annotations
 * @throws AppError BLOB_DAMAGED, ARCHIVE_UNSUPPORTED, and those of `ensureLayers`
 */
export async function storedImage(
  store: Store,
  record: ImageRecord,
  options: StoredImageOptions,
): Promise<Image> {
  const { finished = () => undefined } = options;
  const original = options.keepManifest === true ? await originalImage(store, record) : undefined;
  if (original !== undefined && original.manifest.mediaType === MEDIA_TYPES.ociManifest) {
    for (const _ of record.layers) finished();
    return original;
  }
  const configBytes = await store.blobs.read(record.id);
  const isRead = record.layers.some((layer) => originalBlob(store, layer, options) === undefined);
  const stack = record.layers.map(({ id }) => id);
  // Lazy layers need only their blobs, unless they are recompressed.
  if (isRead && options.force === true) await ensureLayers(store, stack, options);
  const layers = await mapParallel(record.layers, async (layer) => {
    const blob = await layerBlob(store, layer, options);
    finished();
    return blob;
  });
  const annotations = options.annotations ?? (await storedAnnotations(store, record));
  return newImage(configBytes, layers, { ...options, annotations });
}

/**
 * The image with the manifest it has in the store.
 *
 * @param elsewhere finds a blob that the store lacks
 * @returns undefined when a blob is not available
 */
export async function originalImage(
  store: Store,
  record: ImageRecord,
  elsewhere: (descriptor: Descriptor) => Blob | undefined = () => undefined,
): Promise<Image | undefined> {
  const bytes = await store.blobs.read(record.manifestDigest);
  const manifest = decodeManifest(bytes);
  const layers: Layer[] = [];
  for (const [position, descriptor] of manifest.layers.entries()) {
    const known = record.layers[position];
    const blob = originalLayer(store, known, descriptor) ?? elsewhere(descriptor);
    if (blob === undefined || known === undefined) return undefined;
    layers.push({ ...blob, diffId: known.diffId });
  }
  const configBytes = await store.blobs.read(record.id);
  const config = decodeImageConfig(configBytes);
  const { mediaType } = manifest;
  const plain = { mediaType, digest: digestOf(bytes), size: bytes.length };
  const descriptor = withPlatform(plain, config, {});
  return { kind: 'image', descriptor, bytes, manifest, config, configBytes, layers };
}

/** The annotations that the image was built with. */
async function storedAnnotations(store: Store, { manifestDigest }: ImageRecord) {
  const { annotations } = decodeManifest(await store.blobs.read(manifestDigest));
  return () => ({ manifest: annotations });
}

function newImage(
  known: Uint8Array,
  layers: readonly Layer[],
  { ociTypes = true, annotations }: StoredImageOptions,
): Image {
  const family = ociTypes ? 'oci' : 'docker';
  const { configBytes, config } = namingLayers(known, layers);
  const said = annotations?.(config) ?? {};
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: ociTypes ? MEDIA_TYPES.ociManifest : MEDIA_TYPES.dockerManifest,
    config: {
      mediaType: ociTypes ? MEDIA_TYPES.ociConfig : MEDIA_TYPES.dockerConfig,
      digest: digestOf(configBytes),
      size: configBytes.length,
    },
    layers: layers.map(({ descriptor }) => layerDescriptor(descriptor, family)),
    ...(isEmpty(said.manifest) ? {} : { annotations: said.manifest }),
  };
  const { descriptor: plain, bytes } = rawManifest(manifest);
  const descriptor = withPlatform(plain, config, said.descriptor ?? {});
  return { kind: 'image', descriptor, bytes, manifest, config, configBytes, layers };
}

/** Some compressions add to a layer: the config then names the uncompressed content of the blobs. The rest stays. */
function namingLayers(
  configBytes: Uint8Array,
  layers: readonly { readonly diffId: DiffId }[],
): { readonly configBytes: Uint8Array; readonly config: ImageConfig } {
  const config = decodeImageConfig(configBytes);
  const diffIds = layers.map(({ diffId }) => diffId);
  const isSame = config.rootfs.diff_ids.every((diffId, position) => diffId === diffIds[position]);
  if (isSame && config.rootfs.diff_ids.length === diffIds.length) return { configBytes, config };
  const changed = { ...config, rootfs: { ...config.rootfs, diff_ids: diffIds } };
  return { configBytes: canonicalJson(changed), config: changed };
}

/** A layer as the image's manifest has it; undefined when the store does not have it in this form. */
function originalLayer(
  store: Store,
  layer: ImageLayer | undefined,
  descriptor: Descriptor,
): Blob | undefined {
  if (store.blobs.hold(descriptor.digest)) return storedBlob(store, descriptor);
  return layer && originalTar(store, layer, descriptor);
}

/**
 * Docker's and OCI's types are used for the same bytes; a manifest keeps to one family, and Docker's has no
 * annotations.
 */
function layerDescriptor(
  { mediaType, digest, size, annotations }: Descriptor,
  family: 'oci' | 'docker',
): Descriptor {
  const descriptor = { mediaType: layerTypeIn(mediaType, family), digest, size };
  return family === 'docker' || isEmpty(annotations) ? descriptor : { ...descriptor, annotations };
}

function withPlatform(
  descriptor: Descriptor,
  config: ImageConfig,
  annotations: Readonly<Record<string, string>>,
): Descriptor {
  const platform = imagePlatform(config);
  return { ...descriptor, platform, ...(isEmpty(annotations) ? {} : { annotations }) };
}
