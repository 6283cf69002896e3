/**
 * Turns the bytes of a manifest into an image: the only code that decodes and checks manifests and configs of images.
 */
import { AppError } from '../../errors.ts';
import {
  type Descriptor,
  decodeImageConfig,
  decodeManifest,
  digestOf,
  type ImageConfig,
  type Manifest,
  type RawManifest,
} from '../../oci/index.ts';
import { type BlobReading, bytesOf, type Image, type Layer } from './image.ts';
import { checkKind, checkLayers, layerFault } from './image-kind.ts';
import type { ImageSource, ReadRequest } from './transport.ts';

/** Configs of real images have some kilobytes. */
const MAX_CONFIG = 16 << 20;

/** The documents of an image, decoded. */
export interface ImageDocuments extends RawManifest {
  readonly manifest: Manifest;
  readonly config: ImageConfig;
  readonly configBytes: Uint8Array;
}

export interface ReadImageOptions extends ReadRequest {
  /** An image of which not all layers can be read is opened: such a layer fails when it is read. */
  readonly partly?: boolean | undefined;
}

type Blobs = Pick<ImageSource, 'label' | 'blob'>;

/**
 * Reads the config that a manifest names. Nothing else is fetched.
 *
 * @throws AppError IMAGE_NOT_AN_IMAGE, IMAGE_LAYER_ENCRYPTED, IMAGE_LAYER_UNSUPPORTED, IMAGE_LAYER_COUNT,
 *   OCI_DOCUMENT_INVALID; what the source throws
 */
export async function readImage(
  source: Blobs,
  raw: RawManifest,
  request: ReadImageOptions = {},
): Promise<Image> {
  const manifest = decodeManifest(raw.bytes, raw.descriptor.mediaType);
  const check = request.partly === true ? checkKind : checkLayers;
  check(manifest, source.label);
  return imageOf(source, await readDocuments(source, { raw, manifest }, request), request);
}

/** @throws AppError OCI_DOCUMENT_INVALID when the config is invalid, or larger than any real one */
export async function readDocuments(
  source: Blobs,
  { raw, manifest }: { readonly raw: RawManifest; readonly manifest: Manifest },
  request: ReadRequest,
): Promise<ImageDocuments> {
  const { descriptor, bytes } = raw;
  const configBytes = await readConfigBlob(source, manifest.config, request);
  const config = decodeImageConfig(configBytes);
  return { descriptor, bytes, manifest, config, configBytes };
}

/**
 * The image with its layers, each read from the source on demand.
 *
 * @param documents of an image whose layers `checkLayers` has found to be of known kinds
 * @throws AppError IMAGE_LAYER_COUNT
 */
export function imageOf(
  source: Blobs,
  documents: ImageDocuments,
  { partly = false, ...request }: ReadImageOptions = {},
): Image {
  const { descriptor, bytes, manifest, config, configBytes } = documents;
  const { diff_ids: diffIds } = config.rootfs;
  if (manifest.layers.length !== diffIds.length) {
    throw new AppError(
      'IMAGE_LAYER_COUNT',
      `the manifest of ${source.label} has ${manifest.layers.length} layers, but its config names ${diffIds.length}`,
      { hint: 'the image is damaged, or a faulty tool made it; tell its publisher' },
    );
  }
  const layers = diffIds.flatMap((diffId, position): Layer[] => {
    const layer = manifest.layers[position];
    if (layer === undefined) return [];
    const fault = partly ? layerFault(layer, source.label) : undefined;
    const read = (reading: BlobReading = {}) =>
      fault === undefined ? source.blob(layer, { ...request, ...reading }) : failing(fault);
    return [{ descriptor: layer, diffId, read }];
  });
  return { kind: 'image', descriptor, bytes, manifest, config, configBytes, layers };
}

function failing(fault: AppError): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(fault) }) };
}

async function readConfigBlob(
  source: Blobs,
  config: Descriptor,
  request: ReadRequest,
): Promise<Uint8Array> {
  if (config.size > MAX_CONFIG) {
    throw new AppError(
      'OCI_DOCUMENT_INVALID',
      `the config of ${source.label} has ${config.size} bytes, more than the limit of ${MAX_CONFIG}`,
      { hint: 'do not trust the source: such a config is made to exhaust memory' },
    );
  }
  if (config.data !== undefined) {
    const bytes = Buffer.from(config.data, 'base64');
    if (digestOf(bytes) === config.digest) return bytes;
  }
  return await bytesOf(source.blob(config, request));
}
