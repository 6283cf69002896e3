/** From a name in a registry to one image: its manifest, its config, and the descriptors of its layers. */
import { AppError } from '../errors.ts';
import {
  type Descriptor,
  type DiffId,
  decodeImageConfig,
  decodeManifest,
  formatReference,
  type ImageConfig,
  type Manifest,
  type Reference,
} from '../oci/index.ts';
import type { RemoteManifest } from '../registry/index.ts';
import { chooseManifest, type ResolveOptions } from './choose-manifest.ts';
import { checkLayers } from './image-kind.ts';
import { type Documents, readConfig } from './read-config.ts';

/** A layer that can be fetched. */
export interface RemoteLayer {
  readonly descriptor: Descriptor;
  readonly diffId: DiffId;
}

/** An image in a registry, of which everything small has been fetched and verified. */
export interface RemoteImage {
  /** As it was asked for. */
  readonly reference: Reference;
  /** What the name means: a manifest, or an index with manifests for several platforms. */
  readonly root: Descriptor;
  readonly manifestDescriptor: Descriptor;
  readonly manifestBytes: Uint8Array;
  readonly manifest: Manifest;
  readonly configBytes: Uint8Array;
  readonly config: ImageConfig;
  /** Bottom first. */
  readonly layers: readonly RemoteLayer[];
}

/**
 * Asks a registry for the image of a name that is best for a platform.
 *
 * @throws AppError REGISTRY_…, IMAGE_PLATFORM_MISMATCH, IMAGE_NOT_AN_IMAGE, IMAGE_LAYER_ENCRYPTED,
 *   IMAGE_LAYER_UNSUPPORTED, IMAGE_LAYER_COUNT, OCI_DOCUMENT_INVALID
 */
export async function resolveImage(
  registries: Documents,
  reference: Reference,
  options: ResolveOptions,
): Promise<RemoteImage> {
  const root = await registries.manifest(reference, { signal: options.signal });
  const found = await chooseManifest(registries, { reference, root }, options);
  return describeImage(registries, { reference, root: root.descriptor, found }, options.signal);
}

/**
 * What is known of an image once its manifest is there: fetches the config.
 *
 * @throws AppError as `resolveImage`
 */
export async function describeImage(
  registries: Documents,
  image: {
    readonly reference: Reference;
    readonly root: Descriptor;
    readonly found: RemoteManifest;
  },
  signal?: AbortSignal,
): Promise<RemoteImage> {
  const { reference, root, found } = image;
  const manifest = decodeManifest(found.bytes, found.descriptor.mediaType);
  const name = formatReference(reference);
  checkLayers(manifest, name);
  const configBytes = await readConfig(registries, reference, { manifest, signal });
  const config = decodeImageConfig(configBytes);
  const diffIds = config.rootfs.diff_ids;
  if (diffIds.length !== manifest.layers.length) {
    throw new AppError(
      'IMAGE_LAYER_COUNT',
      `the manifest of ${name} has ${manifest.layers.length} layers, its config names ${diffIds.length}`,
      { hint: 'the image was made by a faulty tool; tell its publisher' },
    );
  }
  const layers = manifest.layers.flatMap((descriptor, position): RemoteLayer[] => {
    const diffId = diffIds[position];
    return diffId === undefined ? [] : [{ descriptor, diffId }];
  });
  return {
    reference,
    root,
    manifestDescriptor: found.descriptor,
    manifestBytes: found.bytes,
    manifest,
    configBytes,
    config,
    layers,
  };
}
