/** From a registry into the store. Layers that the store has are not asked for. */
import { createHash } from 'node:crypto';
import { AppError } from '../errors.ts';
import { type ImportOptions, importImage, type LayerSource } from '../export/index.ts';
import { type Environment, loadRequests } from '../http/index.ts';
import { type Descriptor, layerCompression } from '../oci/index.ts';
import type { Registries, Repository } from '../registry/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import { rememberPlace } from './blob-places.ts';
import { type OnTransfer, reporter } from './events.ts';
import type { RemoteImage } from './resolve-image.ts';

/** As many as Docker: more do not make a download faster, but starve each other. */
const PARALLEL = 3;

export interface FetchOptions {
  readonly env: Environment;
  readonly onTransfer?: OnTransfer | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches an image's layers and records the image. Each blob is verified, kept and indexed while it arrives.
 *
 * @throws AppError REGISTRY_…, LAYER_…, ARCHIVE_…, IMAGE_HISTORY_MISMATCH
 */
export async function fetchImage(
  store: Store,
  registries: Registries,
  image: RemoteImage,
  options: FetchOptions,
): Promise<ImageRecord> {
  const { onTransfer, signal } = options;
  const descriptors = image.layers.map(({ descriptor }) => descriptor);
  const report = descriptors.map((descriptor) => reporter(onTransfer, 'in', descriptor));
  for (const tell of report) tell('waiting');
  const settings: ImportOptions = {
    parallel: PARALLEL,
    signal,
    onLayer: (position, how) => report[position]?.(how === 'known' ? 'known' : 'done'),
  };
  const layers = descriptors.map((descriptor) =>
    layerSource(registries, descriptor, { ...options, repository: image.reference }),
  );
  const { configBytes, manifestBytes } = image;
  const record = await importImage(store, { configBytes, manifestBytes, layers }, settings);
  for (const descriptor of [image.manifest.config, ...descriptors]) {
    rememberPlace(store, descriptor.digest, image.reference);
  }
  return withManifest(store, record, image);
}

/** The image may have been there before, with another manifest: now it is known by this one. */
async function withManifest(
  store: Store,
  record: ImageRecord,
  { manifestBytes, manifestDescriptor }: RemoteImage,
): Promise<ImageRecord> {
  const { digest } = manifestDescriptor;
  if (record.manifestDigest === digest) return record;
  await store.blobs.write(manifestBytes, { digest });
  const updated = { ...record, manifestDigest: digest };
  store.images.put(updated);
  return updated;
}

export interface LayerSourceOptions extends FetchOptions {
  readonly repository: Repository;
}

/** A layer of a registry as the importer reads it. */
export function layerSource(
  registries: Registries,
  descriptor: Descriptor,
  options: LayerSourceOptions,
): LayerSource {
  const isPlain = layerCompression(descriptor.mediaType) === 'none';
  return {
    read: () => readLayer(registries, descriptor, options),
    keep: isPlain ? undefined : descriptor,
  };
}

/**
 * The bytes of a layer from its registry, or, if that lacks them, from the addresses of its descriptor (the layers of
 * Windows' base images), which are verified just the same.
 */
export async function* readLayer(
  registries: Registries,
  descriptor: Descriptor,
  options: LayerSourceOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { repository, signal, onTransfer } = options;
  const tell = reporter(onTransfer, 'in', descriptor);
  const { urls = [] } = descriptor;
  const isElsewhere =
    urls.length > 0 && !(await registries.hasBlob(repository, descriptor.digest, { signal }));
  const bytes = isElsewhere
    ? readForeign(descriptor, options)
    : registries.blob(repository, descriptor, { signal });
  let current = 0;
  for await (const chunk of bytes) {
    current += chunk.length;
    tell('moving', current);
    yield chunk;
  }
  tell('moved');
}

async function* readForeign(
  descriptor: Descriptor,
  options: FetchOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const urls = (descriptor.urls ?? []).filter((url) => /^https?:\/\//.test(url));
  const [url] = urls;
  if (url === undefined) {
    throw new AppError(
      'IMAGE_LAYER_UNSUPPORTED',
      `the layer ${descriptor.digest} has no address that can be read`,
      { hint: 'ask the publisher of the image' },
    );
  }
  const { get } = await loadRequests();
  const response = await get(url, { env: options.env, signal: options.signal });
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of response) {
    const bytes: Uint8Array = chunk;
    hash.update(bytes);
    size += bytes.length;
    if (size > descriptor.size) break;
    yield bytes;
  }
  if (size === descriptor.size && `sha256:${hash.digest('hex')}` === descriptor.digest) return;
  throw new AppError(
    'BLOB_DIGEST_MISMATCH',
    `what ${new URL(url).host} gave is not the layer ${descriptor.digest}`,
    { hint: 'it was damaged or changed on the way; try again', expected: descriptor.digest },
  );
}
