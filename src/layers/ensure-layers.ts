/**
 * The one seam between lazy layers and the code that opens them. A lazy layer is downloaded when something needs it,
 * kept as a blob, and indexed while it streams.
 */
import { createReadStream } from 'node:fs';
import { blocks, decompress } from '../archive/index.ts';
import { jointSignal, Semaphore, shareWork } from '../concurrency/index.ts';
import { AppError } from '../errors.ts';
import type { FileTree } from '../files/index.ts';
import { layerCompression, RunningDigest } from '../oci/index.ts';
import type {
  BlobStore,
  FetchRequest,
  LayerClaim,
  LayerId,
  LayerProvider,
  LazyLayer,
  LayerStore as StoredLayers,
} from '../store/index.ts';
import { ByteChannel, CHUNKS_IN_USE } from './byte-channel.ts';
import { rememberIndependent, rememberSourceBlob } from './import-facts.ts';
import { type ImportedLayer, importTar } from './import-tar.ts';
import type { LayerStore } from './layer-store.ts';
import { asLostStep } from './lost-step.ts';
import { MergedTree } from './merged-tree.ts';
import { type HashedReaders, readHashed } from './read-hashed.ts';

/** The parts of the store that fetching needs beside those that all of this folder needs. */
export interface LazyLayerStore extends LayerStore {
  readonly layers: LayerStore['layers'] & Pick<StoredLayers, 'claim'>;
  readonly blobs: Pick<BlobStore, 'has' | 'path' | 'write' | 'claim'>;
  readonly provider: LayerProvider | undefined;
}

/** Receives the progress of each download. A layer that another caller is already fetching reports to that caller only. */
export interface FetchProgress {
  began(lazy: LazyLayer): void;
  /** @param bytes of the blob received so far */
  advanced(lazy: LazyLayer, bytes: number): void;
  ended(lazy: LazyLayer, error: unknown): void;
}

export interface EnsureOptions {
  readonly signal?: AbortSignal | undefined;
  readonly progress?: FetchProgress | undefined;
  /** Instead of the store's own. */
  readonly provider?: LayerProvider | undefined;
}

/** Parallel downloads, as many as Docker. */
const DOWNLOADS = 3;
/** A blob that arrives damaged is downloaded again. */
const ATTEMPTS = 3;
const CHUNK = 1 << 20;

/**
 * Makes sure that layers can be opened: fetches the lazy ones, each once however many callers need it.
 *
 * @param stack bottom first, from the lowest layer
 * @throws AppError LAYER_NOT_AVAILABLE, LAYER_DIFF_ID_MISMATCH, LAYER_INVALID_MEMBER, BLOB_…, REGISTRY_…,
 *   STORE_LAYER_GONE; AbortedError. Layers that are complete by then are kept.
 */
export async function ensureLayers(
  store: LazyLayerStore,
  stack: readonly LayerId[],
  { signal, ...options }: EnsureOptions = {},
): Promise<void> {
  if (!stack.some((id) => isLazy(store, id))) return;
  const stop = new AbortController();
  const both = jointSignal(signal, stop.signal);
  const done: Promise<void>[] = [];
  for (const [position, id] of stack.entries()) {
    const below = stack.slice(0, position);
    const base = Promise.all(done).then(() => MergedTree.of(store, below));
    base.catch(() => undefined);
    const layer = { id, base };
    done.push(isLazy(store, id) ? fetchOnce(store, layer, { signal: both, ...options }) : NOTHING);
  }
  try {
    await Promise.all(done);
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(done);
    throw error;
  }
}

/**
 * Makes sure that the blob of a lazy layer is in the store, without unpacking or indexing the layer.
 *
 * @throws as `ensureLayers`
 */
export function ensureBlob(
  store: LazyLayerStore,
  lazy: LazyLayer,
  { signal, ...options }: EnsureOptions = {},
): Promise<void> {
  return shareWork(store, {
    name: `blob ${lazy.descriptor.digest}`,
    signal,
    work: async (end) => {
      const { digest } = lazy.descriptor;
      if (store.blobs.has(digest)) return;
      using _claim = await store.blobs.claim(digest, { signal: end });
      if (store.blobs.has(digest)) return;
      using _permit = await downloads(store).acquire(end);
      const receive = async (from: LazyLayer) => {
        const digest = new RunningDigest();
        const bytes = hashedBlocks(store, from, { digest, signal: end, ...options });
        await store.blobs.write(bytes, lazy.descriptor, { digest, signal: end });
      };
      await tell(lazy, options.progress, () => persistently(lazy, receive, end));
    },
  });
}

const NOTHING = Promise.resolve();

function isLazy(store: LazyLayerStore, id: LayerId): boolean {
  return store.layers.get(id)?.lazy !== undefined;
}

interface WantedLayer {
  readonly id: LayerId;
  /** The layers below, once they can be opened. */
  readonly base: Promise<FileTree>;
}

function fetchOnce(
  store: LazyLayerStore,
  wanted: WantedLayer,
  { signal, ...options }: EnsureOptions,
): Promise<void> {
  return shareWork(store, {
    name: `layer ${wanted.id}`,
    signal,
    work: async (end) => {
      const claim = await store.layers.claim(wanted.id, { signal: end });
      if (claim === undefined) return;
      try {
        const keep = (lazy: LazyLayer) =>
          fetchLazyLayer(
            store,
            { ...wanted, claim: { ...claim, lazy } },
            { signal: end, ...options },
          );
        await tell(claim.lazy, options.progress, () => persistently(claim.lazy, keep, end));
      } finally {
        claim.release();
      }
    },
  });
}

async function fetchLazyLayer(
  store: LazyLayerStore,
  { id, base, claim }: WantedLayer & { readonly claim: LayerClaim },
  options: EnsureOptions,
): Promise<void> {
  const { lazy, stage } = claim;
  const { signal } = options;
  const meta = store.layers.get(id);
  const isKept = layerCompression(lazy.descriptor.mediaType) !== 'none';
  const importing = {
    ...{ verify: lazy.diffId, base, stage, signal },
    ...{ created: meta?.created, times: meta?.times, expectedSize: lazy.descriptor.size },
  };
  const into = (bytes: AsyncIterable<Uint8Array>): Promise<ImportedLayer> =>
    importTar(store, decompress(bytes), importing);
  const imported = isKept
    ? await keepAndRead(store, lazy, { ...options, into })
    : await readOnly(store, lazy, {
        ...{ ...options, into },
        intoTar: (tar, digest) => importTar(store, tar, { ...importing, digest }),
      });
  if (isKept || isTarOf(lazy)) rememberSourceBlob(store, lazy.diffId, lazy.descriptor);
  if (!imported.usesBase) rememberIndependent(store, lazy.diffId, imported.id);
}

/** Whether the layer came uncompressed under the digest of its tar. Without a size, no manifest named it. */
function isTarOf({ diffId, descriptor }: LazyLayer): boolean {
  return descriptor.digest === diffId && descriptor.size > 0;
}

interface ReadOptions<T> extends EnsureOptions {
  readonly into: (bytes: AsyncIterable<Uint8Array>) => Promise<T>;
}

/** Downloads the blob once for all layers that share it, also across processes. */
async function keepAndRead<T>(
  store: LazyLayerStore,
  lazy: LazyLayer,
  { into, ...options }: ReadOptions<T>,
): Promise<T> {
  const { digest } = lazy.descriptor;
  if (!store.blobs.has(digest)) {
    using _ = await store.blobs.claim(digest, options);
    if (!store.blobs.has(digest)) return await receive(store, lazy, { into, ...options });
  }
  return await into(createReadStream(store.blobs.path(digest), { highWaterMark: CHUNK }));
}

/** Reads a blob without keeping it. A fault of the blob takes precedence over the reader's error. */
async function readOnly<T>(
  store: LazyLayerStore,
  lazy: LazyLayer,
  { into, intoTar, ...options }: EnsureOptions & HashedReaders<T>,
): Promise<T> {
  using _permit = await downloads(store).acquire(options.signal);
  const digest = new RunningDigest();
  const chunks = download(store, lazy, { ...options, digest, lend: true });
  return await readHashed(chunks, digest, { into, intoTar });
}

/**
 * Keeps the blob and reads it at the same time. The reader sees the end only once the blob is verified; a fault of the
 * blob takes precedence over the reader's error.
 */
async function receive<T>(
  store: LazyLayerStore,
  lazy: LazyLayer,
  { into, ...options }: ReadOptions<T>,
): Promise<T> {
  const { signal } = options;
  const channel = new ByteChannel();
  const digest = new RunningDigest();
  async function* both(): AsyncGenerator<Uint8Array, void> {
    for await (const block of hashedBlocks(store, lazy, { ...options, digest })) {
      await channel.write(block);
      yield block;
    }
  }
  const reading = into(channel);
  const leave = (): void => channel.leave();
  reading.then(leave, leave);
  try {
    using _permit = await downloads(store).acquire(signal);
    await store.blobs.write(both(), lazy.descriptor, { digest, signal });
    channel.end();
  } catch (error) {
    channel.fail(error);
    await reading.catch(() => undefined);
    throw error;
  }
  return await reading;
}

/**
 * A download in few large blocks, each hashed once for all that verify it. Networks give small chunks: they are copied,
 * so that their buffers can be freed at once. A block is valid until `CHUNKS_IN_USE` more are requested.
 */
function hashedBlocks(
  store: LazyLayerStore,
  lazy: LazyLayer,
  options: EnsureOptions & { readonly digest: RunningDigest },
): AsyncGenerator<Uint8Array, void> {
  async function* hashed(): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of download(store, lazy, { ...options, lend: true })) {
      options.digest.update(chunk);
      yield chunk;
      // The store refuses it then.
      if (options.digest.size > lazy.descriptor.size) return;
    }
  }
  return blocks(hashed(), CHUNK, CHUNKS_IN_USE);
}

async function* download(
  store: LazyLayerStore,
  lazy: LazyLayer,
  { progress, provider = store.provider, ...request }: EnsureOptions & FetchRequest,
): AsyncGenerator<Uint8Array, void> {
  if (provider === undefined) throw notAvailable(lazy);
  let bytes = 0;
  for await (const chunk of provider.fetch(lazy, request)) {
    request.signal?.throwIfAborted();
    bytes += chunk.length;
    progress?.advanced(lazy, bytes);
    yield chunk;
  }
}

/** Retries damaged downloads, each time from another source of the blob. */
async function persistently<T>(
  lazy: LazyLayer,
  work: (lazy: LazyLayer) => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  let { sources } = lazy;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work({ ...lazy, sources });
    } catch (error) {
      if (attempt < ATTEMPTS && signal?.aborted !== true && wasDamaged(error)) {
        sources = [...sources.slice(1), ...sources.slice(0, 1)];
        continue;
      }
      if (lazy.isOfStep !== true || signal?.aborted === true) throw error;
      throw asLostStep(error);
    }
  }
}

function wasDamaged(error: unknown): boolean {
  return error instanceof AppError && /^BLOB_(DIGEST|SIZE)_MISMATCH$/.test(error.code);
}

async function tell(
  lazy: LazyLayer,
  progress: FetchProgress | undefined,
  work: () => Promise<void>,
): Promise<void> {
  progress?.began(lazy);
  try {
    await work();
  } catch (error) {
    progress?.ended(lazy, error);
    throw error;
  }
  progress?.ended(lazy, undefined);
}

const downloading = new WeakMap<object, Semaphore>();

function downloads(store: object): Semaphore {
  const known = downloading.get(store) ?? new Semaphore(DOWNLOADS);
  downloading.set(store, known);
  return known;
}

function notAvailable({ descriptor }: LazyLayer): AppError {
  return new AppError('LAYER_NOT_AVAILABLE', `the layer ${descriptor.digest} is not available`, {
    hint: 'pull its image again',
  });
}
