/**
 * Layers as blobs of an archive. A compressed blob is made once and kept in the store; the blob a layer came with is
 * used as it is. Whatever is read is checked against its digest while it streams.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { versions } from 'node:process';
import { compressGzip } from '../archive/index.ts';
import { AppError } from '../errors.ts';
import { diffIdOf, layerTar } from '../layers/index.ts';
import { type Descriptor, type DiffId, type Digest, MEDIA_TYPES } from '../oci/index.ts';
import type { ImageLayer, Store } from '../store/index.ts';

export type Compression = 'gzip' | 'uncompressed';

/** Bytes with the descriptor that promises them. */
export interface Blob {
  readonly descriptor: Descriptor;
  readonly read: () => AsyncIterable<Uint8Array>;
}

export interface LayerBlobOptions {
  readonly compression: Compression;
  readonly signal?: AbortSignal | undefined;
}

/** What BuildKit and Docker compress with. */
const GZIP_LEVEL = 6;
/** Changed whenever `compressGzip` begins to give other bytes with the same zlib. */
const GZIP_CODEC = 'gzip/1';

/** Facts kind: diff id, codec, level and codec version → descriptor of the blob made. */
const MADE_FACT = 'layerBlob';
/** Facts kind: diff id → descriptor of the blob the layer was loaded from. */
const ORIGIN_FACT = 'layerOrigin';

/** Remembers the compressed blob, kept in the store, that a layer was loaded from. */
export function rememberOrigin(store: Store, diffId: DiffId, descriptor: Descriptor): void {
  const { mediaType, digest, size } = descriptor;
  store.facts.put(ORIGIN_FACT, diffId, { mediaType, digest, size });
}

/**
 * The layer as a blob. With `gzip` the blob it was loaded from is taken if the store still has it, whatever its
 * compression; new layers are compressed.
 */
export async function layerBlob(
  store: Store,
  layer: ImageLayer,
  { compression, signal }: LayerBlobOptions,
): Promise<Blob> {
  if (compression === 'uncompressed') return tarBlob(store, layer, signal);
  const origin = store.facts.get<Descriptor>(ORIGIN_FACT, layer.diffId);
  if (origin !== undefined && store.blobs.has(origin.digest)) return storedBlob(store, origin);
  return storedBlob(store, await gzipDescriptor(store, layer, signal));
}

/** A blob of the store, read with verification. */
export function storedBlob(store: Store, descriptor: Descriptor): Blob {
  return {
    descriptor,
    read: () => verified(createReadStream(store.blobs.path(descriptor.digest)), descriptor),
  };
}

async function tarBlob(
  store: Store,
  layer: ImageLayer,
  signal: AbortSignal | undefined,
): Promise<Blob> {
  const { size } = await diffIdOf(store, layer.id, layer.epoch);
  const descriptor = { mediaType: MEDIA_TYPES.ociLayer, digest: layer.diffId, size };
  const { id, epoch } = layer;
  return { descriptor, read: () => verified(layerTar(store, id, { epoch, signal }), descriptor) };
}

/** Compression is deterministic for one version of zlib; the version is a part of what is remembered. */
async function gzipDescriptor(
  store: Store,
  layer: ImageLayer,
  signal: AbortSignal | undefined,
): Promise<Descriptor> {
  const key = `${layer.diffId} ${GZIP_CODEC} level ${GZIP_LEVEL} zlib ${versions.zlib}`;
  const known = store.facts.get<Descriptor>(MADE_FACT, key);
  if (known !== undefined && store.blobs.has(known.digest)) return known;
  const tar = await tarBlob(store, layer, signal);
  const compressed = compressGzip(tar.read(), { level: GZIP_LEVEL });
  const { digest, size } = await store.blobs.write(compressed, undefined, { signal });
  const made = { mediaType: MEDIA_TYPES.ociLayerGzip, digest, size };
  store.facts.put(MADE_FACT, key, made);
  return made;
}

/**
 * Passes bytes through and fails at their end unless they are the promised ones.
 *
 * @throws AppError BLOB_DAMAGED
 */
export async function* verified(
  source: AsyncIterable<Uint8Array>,
  expected: { readonly digest: Digest; readonly size: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of source) {
    hash.update(chunk);
    size += chunk.length;
    yield chunk;
  }
  if (size !== expected.size || `sha256:${hash.digest('hex')}` !== expected.digest) {
    throw new AppError(
      'BLOB_DAMAGED',
      `the bytes of ${expected.digest} in the store have changed`,
      {
        hint: 'remove the image with `lamina rmi` and build or load it again',
      },
    );
  }
}
