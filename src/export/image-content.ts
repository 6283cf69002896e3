/** All blobs of an image as an archive holds them: config, layers, and the manifest that names them. */
import {
  canonicalJson,
  type Descriptor,
  decodeImageConfig,
  decodeManifest,
  digestOf,
  type ImageConfig,
  type Manifest,
  MEDIA_TYPES,
} from '../oci/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import { mapParallel } from './concurrency.ts';
import { manifestOf } from './image-record.ts';
import { type Blob, type LayerBlobOptions, layerBlob, storedBlob } from './layer-blobs.ts';

export interface ImageContent {
  readonly imageConfig: ImageConfig;
  readonly manifest: Blob;
  readonly config: Blob;
  /** Bottom first. */
  readonly layers: readonly Blob[];
}

export interface ContentOptions extends LayerBlobOptions {
  /** Called after each layer. */
  readonly finished: () => void;
}

/**
 * Makes what blobs are lacking; the layers are compressed at the same time. An image that was loaded keeps its
 * manifest, to the byte, if the store still has the blobs it came with.
 */
export async function imageContent(
  store: Store,
  image: ImageRecord,
  options: ContentOptions,
): Promise<ImageContent> {
  const configBytes = await store.blobs.read(image.id);
  const imageConfig = decodeImageConfig(configBytes);
  const config = blobOf(configBytes, MEDIA_TYPES.ociConfig);
  const original = options.compression === 'gzip' ? await originalContent(store, image) : undefined;
  if (original !== undefined) {
    for (const _ of image.layers) options.finished();
    return { imageConfig, config, ...original };
  }
  const layers = await mapParallel(image.layers, async (layer) => {
    const blob = await layerBlob(store, layer, options);
    options.finished();
    return blob;
  });
  const manifest = manifestOf(
    config.descriptor,
    layers.map((layer) => ociDescriptor(layer.descriptor)),
  );
  return {
    imageConfig,
    config,
    layers,
    manifest: blobOf(canonicalJson(manifest), manifest.mediaType),
  };
}

async function originalContent(
  store: Store,
  image: ImageRecord,
): Promise<Pick<ImageContent, 'manifest' | 'layers'> | undefined> {
  const bytes = await store.blobs.read(image.manifestDigest);
  const manifest: Manifest = decodeManifest(bytes);
  const isWhole = manifest.layers.every((layer) => store.blobs.has(layer.digest));
  if (manifest.mediaType !== MEDIA_TYPES.ociManifest || !isWhole) return undefined;
  return {
    manifest: blobOf(bytes, manifest.mediaType),
    layers: manifest.layers.map((layer) => storedBlob(store, layer)),
  };
}

/** Docker's types and OCI's name the same bytes; a manifest keeps to one family. */
function ociDescriptor({ mediaType, digest, size }: Descriptor): Descriptor {
  const types: Readonly<Record<string, string>> = {
    [MEDIA_TYPES.dockerLayer]: MEDIA_TYPES.ociLayer,
    [MEDIA_TYPES.dockerLayerGzip]: MEDIA_TYPES.ociLayerGzip,
  };
  return { mediaType: types[mediaType] ?? mediaType, digest, size };
}

function blobOf(bytes: Uint8Array, mediaType: string): Blob {
  return {
    descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length },
    async *read() {
      yield bytes;
    },
  };
}
