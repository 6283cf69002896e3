/** An image in the store: the bytes of its config and of a manifest, and the record that refers to both. */
import {
  type Descriptor,
  type DiffId,
  type Digest,
  type ImageConfig,
  imagePlatform,
  MEDIA_TYPES,
  parseTime,
} from '../../oci/index.ts';
import type { ImageLayer, ImageRecord, Store } from '../../store/index.ts';
import { manifestOf } from '../model/index-of.ts';

/** A layer with the descriptor of its blob in a manifest. */
export interface NamedLayer extends ImageLayer {
  readonly blob: Descriptor;
}

interface NewConfig {
  readonly config: ImageConfig;
  /** The exact bytes of `config`; their digest is the image's id. */
  readonly configBytes: Uint8Array;
}

/** With its original manifest, or with layers that have descriptors in one. */
export type NewImage = NewConfig &
  (
    | { readonly manifestBytes: Uint8Array; readonly layers: readonly ImageLayer[] }
    | { readonly manifestBytes?: undefined; readonly layers: readonly NamedLayer[] }
  );

/** Writes an image whose layers are in the store. It is a draft: a name, or `put`, records it. */
export async function draftImage(store: Store, image: NewImage): Promise<ImageRecord> {
  const { config, configBytes, layers } = image;
  const { digest, size } = await store.blobs.write(configBytes);
  const descriptor = { mediaType: MEDIA_TYPES.ociConfig, digest, size };
  const manifestBytes = image.manifestBytes ?? namingManifest(descriptor, image.layers);
  const manifest = await store.blobs.write(manifestBytes);
  const record = imageRecord(config, layers, { id: digest, manifestDigest: manifest.digest });
  store.images.draft(record);
  return record;
}

function namingManifest(config: Descriptor, layers: readonly NamedLayer[]): Uint8Array {
  const blobs = layers.map(({ blob }) => blob);
  return manifestOf(config, blobs).bytes;
}

/** Docker's and OCI's types are used for the same bytes; a manifest keeps to one family. */
export function ociDescriptor({ mediaType, digest, size, annotations }: Descriptor): Descriptor {
  const types: Readonly<Record<string, string>> = {
    [MEDIA_TYPES.dockerLayer]: MEDIA_TYPES.ociLayer,
    [MEDIA_TYPES.dockerLayerGzip]: MEDIA_TYPES.ociLayerGzip,
  };
  const type = types[mediaType] ?? mediaType;
  return { mediaType: type, digest, size, ...(annotations && { annotations }) };
}

/** @param size of the tar, in bytes */
export function uncompressed(diffId: DiffId, size: number): Descriptor {
  return { mediaType: MEDIA_TYPES.ociLayer, digest: diffId, size };
}

function imageRecord(
  config: ImageConfig,
  layers: readonly ImageLayer[],
  digests: { readonly id: Digest; readonly manifestDigest: Digest },
): ImageRecord {
  return {
    ...digests,
    layers: layers.map(({ id, diffId, epoch, size }) => ({ id, diffId, epoch, size })),
    created: parseTime(config.created) ?? 0,
    ...imagePlatform(config),
    size: layers.reduce((sum, layer) => sum + layer.size, 0),
  };
}
