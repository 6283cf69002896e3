/** Blobs and the manifest that names them, into a repository. */

import type { Reference } from '../../oci/index.ts';
import type { Registries } from '../../registry/index.ts';
import type { Store } from '../../store/index.ts';
import { mapParallel } from '../concurrency.ts';
import { type OnTransfer, reporter } from '../events.ts';
import type { Blob } from '../store/layer-blobs.ts';
import { isSamePlace, placesOf, rememberPlace } from './blob-places.ts';

/** As many as Docker. */
const PARALLEL = 5;

export interface PushContent {
  /** All that the manifest names. */
  readonly blobs: readonly Blob[];
  readonly manifest: Blob;
}

export interface PushOptions {
  readonly onTransfer?: OnTransfer | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Pushes blobs, several at a time, and then the manifest.
 *
 * @param reference with a tag; without one the manifest is pushed by its digest
 * @throws AppError REGISTRY_…; BLOB_DAMAGED
 */
export async function pushContent(
  store: Store,
  registries: Registries,
  content: PushContent & { readonly reference: Reference },
  options: PushOptions,
): Promise<void> {
  const { reference, blobs, manifest } = content;
  const { signal } = options;
  const different = [...new Map(blobs.map((blob) => [blob.descriptor.digest, blob])).values()];
  for (const { descriptor } of different)
    reporter(options.onTransfer, 'out', descriptor)('waiting');
  await mapParallel(
    different,
    (blob) => pushBlob(store, registries, { blob, reference }, options),
    PARALLEL,
  );
  const bytes = await bytesOf(manifest);
  const { registry, repository, tag } = reference;
  const name = tag === undefined ? { digest: manifest.descriptor.digest } : { tag };
  await registries.pushManifest(
    { registry, repository, ...name },
    { descriptor: manifest.descriptor, bytes },
    { signal },
  );
}

interface OneBlob {
  readonly blob: Blob;
  readonly reference: Reference;
}

async function pushBlob(
  store: Store,
  registries: Registries,
  { blob, reference }: OneBlob,
  { onTransfer, signal }: PushOptions,
): Promise<void> {
  const { descriptor } = blob;
  const tell = reporter(onTransfer, 'out', descriptor);
  const places = placesOf(store, descriptor.digest).filter(
    (place) => place.registry === reference.registry && !isSamePlace(place, reference),
  );
  const how = await registries.pushBlob(reference, descriptor, {
    read: (offset) => skipping(blob.read(), offset),
    mountFrom: places,
    onProgress: (bytes) => tell('moving', bytes),
    signal,
  });
  rememberPlace(store, descriptor.digest, reference);
  const [from] = places;
  if (how === 'mounted') tell('mounted', descriptor.size, from?.repository);
  else tell(how === 'present' ? 'known' : 'done');
}

/** The bytes behind the first `offset`: for uploads that go on where they broke off. */
export async function* skipping(
  bytes: AsyncIterable<Uint8Array>,
  offset: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = offset;
  for await (const chunk of bytes) {
    if (left < chunk.length) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

/** For manifests and other small documents. */
export async function bytesOf(blob: Pick<Blob, 'read'>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of blob.read()) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
}
