/**
 * Layers as blobs of an archive. A compressed blob is made once and kept in the store; a layer's original blob is used
 * as it is. Bytes are verified against their digest while they stream.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { shareWork } from '../../concurrency/index.ts';
import { AppError } from '../../errors.ts';
import {
  diffIdOf,
  ensureBlob,
  layerTar,
  noteTar,
  soundTar,
  sourceBlobOf,
  type TakeTar,
  type TarIdentity,
} from '../../layers/index.ts';
import { type Descriptor, type DiffId, type Digest, MEDIA_TYPES } from '../../oci/index.ts';
import {
  type HashedFile,
  type ImageLayer,
  isSound,
  noteSound,
  type Store,
} from '../../store/index.ts';
import type { Blob, BlobReading, Layer } from '../model/image.ts';
import {
  type Encoded,
  type Encoder,
  encoderOf,
  hasEncoding,
  type LayerEncoding,
} from './layer-encoding.ts';

export interface LayerBlobOptions extends LayerEncoding {
  readonly signal?: AbortSignal | undefined;
}

/** Bytes read at once. */
const CHUNK = 512 * 1024;
/** Facts kind: diff id, codec, level and codec version → the blob made. */
const MADE_FACT = 'layerBlob';

/**
 * The layer as a blob. Its original blob is used if it is still available, whatever its compression, unless `force`
 * requires another; all others are made in the requested form, once.
 *
 * @throws AppError ARCHIVE_UNSUPPORTED for layers that cannot be eStargz
 */
export async function layerBlob(
  store: Store,
  layer: ImageLayer,
  options: LayerBlobOptions,
): Promise<Layer> {
  const { diffId } = layer;
  const original = originalBlob(store, layer, options);
  if (original !== undefined) return { ...original, diffId };
  const encoder = encoderOf(options);
  if (encoder === undefined) return tarBlob(store, layer, options.signal);
  const made = await encodedBlob(store, { layer, encoder, signal: options.signal });
  return { ...storedBlob(store, made.descriptor), diffId: made.diffId ?? diffId };
}

/** The blob a layer came as, if the options allow it. The blob of a lazy layer is fetched when it is read. */
export function originalBlob(
  store: Store,
  layer: ImageLayer,
  options: LayerBlobOptions,
): Blob | undefined {
  const { id, diffId } = layer;
  const lazy = store.layers.get(id)?.lazy;
  const descriptor = lazy?.descriptor ?? sourceBlobOf(store, diffId);
  if (descriptor === undefined) return undefined;
  if (options.force === true && !hasEncoding(descriptor, options)) return undefined;
  if (store.blobs.hold(descriptor.digest)) return storedBlob(store, descriptor);
  if (lazy === undefined) return originalTar(store, layer, descriptor);
  return {
    descriptor,
    async *read(reading) {
      await ensureBlob(store, lazy, { signal: options.signal });
      yield* storedBlob(store, descriptor).read(reading);
    },
  };
}

/** Whether all layers have such blobs, without making one. */
export function areMade(
  store: Store,
  layers: readonly ImageLayer[],
  options: LayerBlobOptions,
): boolean {
  const encoder = encoderOf(options);
  return layers.every((layer) => {
    if (originalBlob(store, layer, options) !== undefined) return true;
    if (encoder === undefined) return false;
    const made = store.facts.get<MadeBlob>(MADE_FACT, madeKey(layer.diffId, encoder));
    return made?.descriptor !== undefined && store.blobs.has(made.descriptor.digest);
  });
}

/**
 * The tar of a layer that came uncompressed, as the blob of a manifest.
 *
 * @returns undefined for lazy layers, layers that were made here, or that came in another form
 */
export function originalTar(
  store: Store,
  { id, diffId }: ImageLayer,
  descriptor: Descriptor,
): Blob | undefined {
  if (descriptor.digest !== diffId || sourceBlobOf(store, diffId)?.digest !== diffId)
    return undefined;
  if (store.layers.get(id)?.lazy !== undefined) return undefined;
  return tarOf(store, { id, epoch: undefined }, descriptor);
}

/** The tar of a layer. If it is a file that is known not to have changed since it was hashed, it is not hashed again. */
function tarOf(
  store: Store,
  { id, epoch }: Pick<ImageLayer, 'id' | 'epoch'>,
  descriptor: Descriptor,
  signal?: AbortSignal | undefined,
): Blob {
  const identity = { diffId: descriptor.digest as DiffId, size: descriptor.size };
  const file = () => soundTar(store, id, identity, epoch);
  return {
    ...{ descriptor, file },
    read({ lend } = {}) {
      const tar = layerTar(store, id, { epoch, signal, lend });
      if (file() !== undefined) return tar;
      return verified(tar, descriptor, () => noteTar(store, id, identity, epoch));
    },
  };
}

/** A blob of the store. It is verified when it is read, unless it has not changed since it was hashed. */
export function storedBlob(store: Store, descriptor: Descriptor): Blob {
  const { digest, size } = descriptor;
  const hashed = (): HashedFile => ({
    ...{ name: digest, path: store.blobs.path(digest) },
    ...{ digest, size },
  });
  return {
    descriptor,
    read(reading) {
      const file = hashed();
      const bytes = fileBytes(file.path, reading);
      if (isSound(store.facts, file)) return bytes;
      return verified(bytes, descriptor, () => noteSound(store.facts, file));
    },
    file() {
      const file = hashed();
      return isSound(store.facts, file) ? file : undefined;
    },
  };
}

async function* fileBytes(
  path: string,
  { lend = false }: BlobReading = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const fd = openSync(path, 'r');
  try {
    let buffer = Buffer.allocUnsafeSlow(CHUNK);
    for (;;) {
      const size = readSync(fd, buffer, 0, CHUNK, null);
      if (size === 0) return;
      yield buffer.subarray(0, size);
      if (!lend) buffer = Buffer.allocUnsafeSlow(CHUNK);
    }
  } finally {
    closeSync(fd);
  }
}

async function tarBlob(
  store: Store,
  layer: ImageLayer,
  signal: AbortSignal | undefined,
): Promise<Layer> {
  const { size } = await diffIdOf(store, layer.id, layer.epoch);
  const { diffId } = layer;
  const descriptor = { mediaType: MEDIA_TYPES.ociLayer, digest: diffId, size };
  return { ...tarOf(store, layer, descriptor, signal), diffId };
}

interface ToEncode {
  readonly layer: ImageLayer;
  readonly encoder: Encoder;
  readonly signal: AbortSignal | undefined;
}

interface MadeBlob {
  readonly descriptor: Descriptor;
  readonly diffId?: DiffId | undefined;
}

/** Several outputs of one build that need the same blob share it. */
async function encodedBlob(store: Store, { layer, encoder, signal }: ToEncode): Promise<MadeBlob> {
  const key = madeKey(layer.diffId, encoder);
  const known = store.facts.get<MadeBlob>(MADE_FACT, key);
  if (known?.descriptor !== undefined && store.blobs.hold(known.descriptor.digest)) return known;
  return shareWork(store, {
    name: `blob ${key}`,
    signal,
    work: async (shared) => {
      const made = await encode(store, { layer, encoder, signal: shared });
      store.facts.put(MADE_FACT, key, made);
      return made;
    },
  });
}

async function encode(store: Store, { layer, encoder, signal }: ToEncode): Promise<MadeBlob> {
  const { id, epoch, diffId } = layer;
  const { size } = await diffIdOf(store, id, epoch);
  const descriptor = { mediaType: MEDIA_TYPES.ociLayer, digest: diffId, size };
  const tar = tarOf(store, layer, descriptor, signal).read({ lend: true });
  return writeEncoded(store, tar, { encoder, signal });
}

/**
 * The identity of a new layer. If its tar must be read for that, it is compressed at the same time, as for an export,
 * so that it is packed once.
 *
 * @param encoding in which it leaves the store; undefined: it does not
 * @throws what reading the layer throws
 */
export async function identifyLayer(
  store: Store,
  { id, epoch }: Pick<ImageLayer, 'id' | 'epoch'>,
  { encoding, signal }: IdentifyOptions,
): Promise<TarIdentity> {
  // A layer that cannot be eStargz must fail that export only.
  const isSafe = encoding !== undefined && encoding.compression !== 'estargz';
  const encoder = isSafe ? encoderOf(encoding) : undefined;
  if (encoder === undefined) return diffIdOf(store, id, epoch, { signal });
  let made: MadeBlob | undefined;
  const take: TakeTar = async (tar, shared) => {
    made = await writeEncoded(store, tar, { encoder, signal: shared });
  };
  const identity = await diffIdOf(store, id, epoch, { signal, take });
  if (made !== undefined) store.facts.put(MADE_FACT, madeKey(identity.diffId, encoder), made);
  return identity;
}

export interface IdentifyOptions {
  readonly encoding?: LayerEncoding | undefined;
  readonly signal?: AbortSignal | undefined;
}

function madeKey(diffId: DiffId, { name }: Encoder): string {
  return `${diffId} ${name}`;
}

async function writeEncoded(
  store: Store,
  tar: AsyncIterable<Uint8Array>,
  { encoder, signal }: Pick<ToEncode, 'encoder' | 'signal'>,
): Promise<MadeBlob> {
  let encoded: Encoded = {};
  async function* bytes(): AsyncGenerator<Uint8Array, void, undefined> {
    encoded = yield* encoder.encode(tar);
  }
  const { digest, size } = await store.blobs.write(bytes(), undefined, { signal });
  const { diffId, annotations } = encoded;
  const descriptor = { mediaType: encoder.mediaType, digest, size };
  return {
    descriptor: annotations === undefined ? descriptor : { ...descriptor, annotations },
    ...(diffId === undefined ? {} : { diffId }),
  };
}

/**
 * Passes bytes through and fails at their end unless they match the descriptor.
 *
 * @throws AppError BLOB_DAMAGED
 */
export async function* verified(
  source: AsyncIterable<Uint8Array>,
  expected: { readonly digest: Digest; readonly size: number },
  succeeded: () => void = () => undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of source) {
    hash.update(chunk);
    size += chunk.length;
    yield chunk;
  }
  if (size !== expected.size || `sha256:${hash.digest('hex')}` !== expected.digest) {
    throw new AppError('BLOB_DAMAGED', `the stored bytes no longer match ${expected.digest}`, {
      hint: 'remove the image with `lamina rmi` and build or load it again',
    });
  }
  succeeded();
}
