/** What the store keeps of an image: the bytes of its config and of a manifest, and the record that names both. */
import {
  canonicalJson,
  type Descriptor,
  type Digest,
  type ImageConfig,
  type Manifest,
  MEDIA_TYPES,
} from '../oci/index.ts';
import type { ImageLayer, ImageRecord, Store } from '../store/index.ts';
import { parseTime } from './go-time.ts';

/** A layer with the size of its uncompressed tar. */
export interface MeasuredLayer extends ImageLayer {
  readonly tarSize: number;
}

export interface NewImage {
  readonly config: ImageConfig;
  /** The exact bytes of `config`; their digest is the image's id. */
  readonly configBytes: Uint8Array;
  readonly layers: readonly MeasuredLayer[];
  /** The manifest the image came with; undefined: one that names the layers uncompressed. */
  readonly manifestBytes?: Uint8Array | undefined;
}

/** Writes an image whose layers are in the store, and then its record. It has no reference yet. */
export async function recordImage(store: Store, image: NewImage): Promise<ImageRecord> {
  const { config, configBytes, layers } = image;
  const { digest, size } = await store.blobs.write(configBytes);
  const descriptor = { mediaType: MEDIA_TYPES.ociConfig, digest, size };
  const manifestBytes =
    image.manifestBytes ?? canonicalJson(manifestOf(descriptor, layers.map(uncompressed)));
  const manifest = await store.blobs.write(manifestBytes);
  const record = imageRecord(config, layers, { id: digest, manifestDigest: manifest.digest });
  store.images.put(record);
  return record;
}

/** An OCI manifest; the same input gives the same bytes once encoded. */
export function manifestOf(config: Descriptor, layers: readonly Descriptor[]): Manifest {
  return { schemaVersion: 2, mediaType: MEDIA_TYPES.ociManifest, config, layers };
}

function uncompressed(layer: MeasuredLayer): Descriptor {
  return { mediaType: MEDIA_TYPES.ociLayer, digest: layer.diffId, size: layer.tarSize };
}

function imageRecord(
  config: ImageConfig,
  layers: readonly MeasuredLayer[],
  digests: { readonly id: Digest; readonly manifestDigest: Digest },
): ImageRecord {
  return {
    ...digests,
    layers: layers.map(({ id, diffId, epoch, size }) => ({ id, diffId, epoch, size })),
    created: parseTime(config.created) ?? 0,
    os: config.os,
    architecture: config.architecture,
    ...(config.variant === undefined ? {} : { variant: config.variant }),
    size: layers.reduce((sum, layer) => sum + layer.size, 0),
  };
}
