/** All blobs of an image as an archive or a registry holds them: config, layers, and the manifest that names them. */

import { present } from '../../layers/index.ts';
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
import { mapParallel } from '../concurrency.ts';
import {
  type Blob,
  type LayerBlob,
  type LayerBlobOptions,
  layerBlob,
  originalTar,
  originBlob,
  storedBlob,
} from './layer-blobs.ts';

/** Texts about an image, by the place in which they stand. */
export interface ImageAnnotations {
  readonly manifest?: Readonly<Record<string, string>> | undefined;
  /** In the descriptor that names the manifest, in an index. */
  readonly descriptor?: Readonly<Record<string, string>> | undefined;
}

export interface ImageContent {
  readonly imageConfig: ImageConfig;
  readonly manifest: Blob;
  /** Names the manifest in an index: with platform and annotations. */
  readonly descriptor: Descriptor;
  readonly config: Blob;
  /** Bottom first. */
  readonly layers: readonly Blob[];
}

export interface ContentOptions extends LayerBlobOptions {
  /** Whether documents and layers have OCI's media types, or Docker's. Default true. */
  readonly ociTypes?: boolean | undefined;
  readonly annotations?: ((platform: Platform) => ImageAnnotations) | undefined;
  /**
   * Take the manifest the image has in the store, to the byte, if the store has all blobs it names: what was loaded
   * is then written as it came, whatever is said here.
   */
  readonly keepManifest?: boolean | undefined;
  /** Called after each layer. */
  readonly finished?: (() => void) | undefined;
}

/** Makes what blobs are lacking; the layers are compressed at the same time. */
export async function imageContent(
  store: Store,
  image: ImageRecord,
  options: ContentOptions,
): Promise<ImageContent> {
  const configBytes = await store.blobs.read(image.id);
  const { finished = () => undefined } = options;
  const original = options.keepManifest === true ? await originalContent(store, image) : undefined;
  if (original !== undefined) {
    for (const _ of image.layers) finished();
    const config = blobOf(configBytes, MEDIA_TYPES.ociConfig);
    const imageConfig = decodeImageConfig(configBytes);
    const descriptor = withPlatform(original.manifest.descriptor, imageConfig, {});
    return { imageConfig, config, descriptor, ...original };
  }
  const isRead = image.layers.some((layer) => originBlob(store, layer, options) === undefined);
  const stack = image.layers.map(({ id }) => id);
  // Those that are promised need their blobs only, unless they are compressed anew.
  if (isRead && options.force === true) await present(store, stack, options);
  const layers = await mapParallel(image.layers, async (layer) => {
    const blob = await layerBlob(store, layer, options);
    finished();
    return blob;
  });
  const annotations = options.annotations ?? (await storedAnnotations(store, image));
  return newContent(configBytes, layers, { ...options, annotations });
}

/** Those that the image was built with. */
async function storedAnnotations(store: Store, { manifestDigest }: ImageRecord) {
  const { annotations } = decodeManifest(await store.blobs.read(manifestDigest));
  return () => ({ manifest: annotations });
}

function newContent(
  known: Uint8Array,
  layers: readonly LayerBlob[],
  { ociTypes = true, annotations }: ContentOptions,
): ImageContent {
  const family = ociTypes ? 'oci' : 'docker';
  const imageConfig = decodeImageConfig(known);
  const configBytes = namingLayers(known, imageConfig, layers);
  const config = blobOf(configBytes, ociTypes ? MEDIA_TYPES.ociConfig : MEDIA_TYPES.dockerConfig);
  const said = annotations?.(imageConfig) ?? {};
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: ociTypes ? MEDIA_TYPES.ociManifest : MEDIA_TYPES.dockerManifest,
    config: config.descriptor,
    layers: layers.map(({ descriptor }) => layerDescriptor(descriptor, family)),
    ...(isEmpty(said.manifest) ? {} : { annotations: said.manifest }),
  };
  const blob = blobOf(canonicalJson(manifest), manifest.mediaType);
  return {
    imageConfig: decodeImageConfig(configBytes),
    config,
    layers,
    manifest: blob,
    descriptor: withPlatform(blob.descriptor, imageConfig, said.descriptor ?? {}),
  };
}

/** Some compressions add to a layer: the config names what comes out of the blobs. All else of it stays. */
function namingLayers(
  bytes: Uint8Array,
  config: ImageConfig,
  layers: readonly { readonly diffId: DiffId }[],
): Uint8Array {
  const diffIds = layers.map(({ diffId }) => diffId);
  const isSame = config.rootfs.diff_ids.every((diffId, position) => diffId === diffIds[position]);
  if (isSame && config.rootfs.diff_ids.length === diffIds.length) return bytes;
  return canonicalJson({ ...config, rootfs: { ...config.rootfs, diff_ids: diffIds } });
}

async function originalContent(
  store: Store,
  image: ImageRecord,
): Promise<Pick<ImageContent, 'manifest' | 'layers'> | undefined> {
  const bytes = await store.blobs.read(image.manifestDigest);
  const manifest: Manifest = decodeManifest(bytes);
  if (manifest.mediaType !== MEDIA_TYPES.ociManifest) return undefined;
  const layers: Blob[] = [];
  for (const [position, descriptor] of manifest.layers.entries()) {
    const blob = originalLayer(store, image.layers[position], descriptor);
    if (blob === undefined) return undefined;
    layers.push(blob);
  }
  return { manifest: blobOf(bytes, manifest.mediaType), layers };
}

/**
 * A layer as the image's manifest names it.
 *
 * @returns undefined when the store does not have it in this form
 */
export function originalLayer(
  store: Store,
  layer: ImageLayer | undefined,
  descriptor: Descriptor,
): Blob | undefined {
  if (store.blobs.hold(descriptor.digest)) return storedBlob(store, descriptor);
  return layer && originalTar(store, layer, descriptor);
}

/** Docker's types and OCI's name the same bytes; a manifest keeps to one family, and Docker's has no annotations. */
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

export function isEmpty(annotations: Readonly<Record<string, string>> | undefined): boolean {
  return annotations === undefined || Object.keys(annotations).length === 0;
}

/** Bytes at hand as a blob. */
export function blobOf(bytes: Uint8Array, mediaType: string): Blob {
  return {
    descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length },
    async *read() {
      yield bytes;
    },
  };
}
