/**
 * The one seam between a layer that is promised and those who open it. A promised layer is downloaded when somebody
 * needs it, kept as a blob, and indexed while it streams.
 */
import { createReadStream } from 'node:fs';
import { decompress } from '../archive/index.ts';
import { jointSignal, Semaphore, shareWork } from '../concurrency/index.ts';
import { AppError } from '../errors.ts';
import type { FileTree } from '../files/index.ts';
import { layerCompression } from '../oci/index.ts';
import type {
  BlobStore,
  LayerClaim,
  LayerId,
  LayerPromise,
  LayerProvider,
  LayerStore as StoredLayers,
} from '../store/index.ts';
import { ByteChannel } from './byte-channel.ts';
import { type ImportedLayer, importTar } from './import-tar.ts';
import type { LayerStore } from './layer-store.ts';
import { asLostStep } from './lost-step.ts';
import { MergedTree } from './merged-tree.ts';
import { rememberIndependent, rememberOrigin } from './origin.ts';

/** What fetching needs of the store beside what all of this folder needs. */
export interface PromisingStore extends LayerStore {
  readonly layers: LayerStore['layers'] & Pick<StoredLayers, 'claim'>;
  readonly blobs: Pick<BlobStore, 'has' | 'path' | 'write' | 'claim'>;
  readonly provider: LayerProvider | undefined;
}

/** Told about each download; a layer that others are fetching already is told to them only. */
export interface FetchProgress {
  began(promise: LayerPromise): void;
  /** @param bytes of the blob that are there by now */
  advanced(promise: LayerPromise, bytes: number): void;
  ended(promise: LayerPromise, error: unknown): void;
}

export interface PresentOptions {
  readonly signal?: AbortSignal | undefined;
  readonly progress?: FetchProgress | undefined;
  /** In place of the store's own. */
  readonly provider?: LayerProvider | undefined;
}

/** As many as docker downloads at a time. */
const DOWNLOADS = 3;
/** A blob that was damaged on its way is asked for again. */
const ATTEMPTS = 3;
const CHUNK = 1 << 20;

/**
 * Makes sure that layers can be opened. Those that are promised are fetched, each once however many ask.
 *
 * @param stack bottom first, from the lowest layer on
 * @throws AppError LAYER_NOT_AVAILABLE, LAYER_DIFF_ID_MISMATCH, LAYER_INVALID_MEMBER, BLOB_…, REGISTRY_…,
 *   STORE_LAYER_GONE; AbortedError. Layers that were complete by then are kept.
 */
export async function present(
  store: PromisingStore,
  stack: readonly LayerId[],
  { signal, ...options }: PresentOptions = {},
): Promise<void> {
  if (!stack.some((id) => isPromised(store, id))) return;
  const stop = new AbortController();
  const both = jointSignal(signal, stop.signal);
  const done: Promise<void>[] = [];
  for (const [position, id] of stack.entries()) {
    const below = stack.slice(0, position);
    const base = Promise.all(done).then(() => MergedTree.of(store, below));
    base.catch(() => undefined);
    const layer = { id, base };
    done.push(
      isPromised(store, id) ? fetchOnce(store, layer, { signal: both, ...options }) : NOTHING,
    );
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
 * Makes sure that the blob of a promised layer is in the store; the layer is not unpacked, nor indexed.
 *
 * @throws as `present`
 */
export function presentBlob(
  store: PromisingStore,
  promise: LayerPromise,
  { signal, ...options }: PresentOptions = {},
): Promise<void> {
  return shareWork(store, {
    name: `blob ${promise.descriptor.digest}`,
    signal,
    work: async (end) => {
      const { digest } = promise.descriptor;
      if (store.blobs.has(digest)) return;
      using _claim = await store.blobs.claim(digest, { signal: end });
      if (store.blobs.has(digest)) return;
      using _permit = await downloads(store).acquire(end);
      const receive = async (from: LayerPromise) => {
        const bytes = download(store, from, { signal: end, ...options });
        await store.blobs.write(bytes, promise.descriptor, { signal: end });
      };
      await tell(promise, options.progress, () => persistently(promise, receive, end));
    },
  });
}

const NOTHING = Promise.resolve();

function isPromised(store: PromisingStore, id: LayerId): boolean {
  return store.layers.get(id)?.promise !== undefined;
}

interface WantedLayer {
  readonly id: LayerId;
  /** The layers below, when they can be opened. */
  readonly base: Promise<FileTree>;
}

function fetchOnce(
  store: PromisingStore,
  wanted: WantedLayer,
  { signal, ...options }: PresentOptions,
): Promise<void> {
  return shareWork(store, {
    name: `present ${wanted.id}`,
    signal,
    work: async (end) => {
      const claim = await store.layers.claim(wanted.id, { signal: end });
      if (claim === undefined) return;
      try {
        const keep = (promise: LayerPromise) =>
          keepPromise(
            store,
            { ...wanted, claim: { ...claim, promise } },
            { signal: end, ...options },
          );
        await tell(claim.promise, options.progress, () => persistently(claim.promise, keep, end));
      } finally {
        claim.release();
      }
    },
  });
}

async function keepPromise(
  store: PromisingStore,
  { id, base, claim }: WantedLayer & { readonly claim: LayerClaim },
  options: PresentOptions,
): Promise<void> {
  const { promise, stage } = claim;
  const { signal } = options;
  const meta = store.layers.get(id);
  const isKept = layerCompression(promise.descriptor.mediaType) !== 'none';
  const into = (bytes: AsyncIterable<Uint8Array>): Promise<ImportedLayer> =>
    importTar(store, decompress(bytes), {
      ...{ verify: promise.diffId, base, stage, signal },
      ...{ created: meta?.created, times: meta?.times },
    });
  const imported = isKept
    ? await keepAndRead(store, promise, { ...options, into })
    : await receive(store, promise, { ...options, into, keep: drain });
  if (isKept || isTarOf(promise)) rememberOrigin(store, promise.diffId, promise.descriptor);
  if (!imported.usesBase) rememberIndependent(store, promise.diffId, imported.id);
}

/** Whether the layer came uncompressed under the digest of its tar. Without a size, nothing has named it so. */
function isTarOf({ diffId, descriptor }: LayerPromise): boolean {
  return descriptor.digest === diffId && descriptor.size > 0;
}

interface ReadOptions<T> extends PresentOptions {
  readonly into: (bytes: AsyncIterable<Uint8Array>) => Promise<T>;
}

/** Of several layers that are the same blob, in whatever process, one downloads it. */
async function keepAndRead<T>(
  store: PromisingStore,
  promise: LayerPromise,
  { into, ...options }: ReadOptions<T>,
): Promise<T> {
  const { digest } = promise.descriptor;
  if (!store.blobs.has(digest)) {
    using _ = await store.blobs.claim(digest, options);
    const keep = async (bytes: AsyncIterable<Uint8Array>) => {
      await store.blobs.write(bytes, promise.descriptor, options);
    };
    if (!store.blobs.has(digest)) return await receive(store, promise, { into, keep, ...options });
  }
  return await into(createReadStream(store.blobs.path(digest), { highWaterMark: CHUNK }));
}

async function drain(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of bytes);
}

interface ReceiveOptions<T> extends ReadOptions<T> {
  /** Takes the blob to its end, and fails if it is not the right one. */
  readonly keep: (bytes: AsyncIterable<Uint8Array>) => Promise<void>;
}

/**
 * Keeps the blob and reads it at the same time. The reader sees the end only when the blob is known to be right, and
 * what is wrong with the blob is told before what the reader thinks of it.
 */
async function receive<T>(
  store: PromisingStore,
  promise: LayerPromise,
  { into, keep, ...options }: ReceiveOptions<T>,
): Promise<T> {
  const { signal } = options;
  const channel = new ByteChannel();
  async function* both(): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of download(store, promise, options)) {
      await channel.write(chunk);
      yield chunk;
    }
  }
  const reading = into(channel);
  const leave = (): void => channel.leave();
  reading.then(leave, leave);
  try {
    using _permit = await downloads(store).acquire(signal);
    await keep(both());
    channel.end();
  } catch (error) {
    channel.fail(error);
    await reading.catch(() => undefined);
    throw error;
  }
  return await reading;
}

async function* download(
  store: PromisingStore,
  promise: LayerPromise,
  { signal, progress, provider = store.provider }: PresentOptions,
): AsyncGenerator<Uint8Array, void> {
  if (provider === undefined) throw notAvailable(promise);
  let bytes = 0;
  for await (const chunk of provider.fetch(promise, { signal })) {
    signal?.throwIfAborted();
    bytes += chunk.length;
    progress?.advanced(promise, bytes);
    yield chunk;
  }
}

/** Each time begins with another of the places that have the blob. */
async function persistently<T>(
  promise: LayerPromise,
  work: (promise: LayerPromise) => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  let { sources } = promise;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work({ ...promise, sources });
    } catch (error) {
      if (attempt < ATTEMPTS && signal?.aborted !== true && wasDamaged(error)) {
        sources = [...sources.slice(1), ...sources.slice(0, 1)];
        continue;
      }
      if (promise.isOfStep !== true || signal?.aborted === true) throw error;
      throw asLostStep(error);
    }
  }
}

function wasDamaged(error: unknown): boolean {
  return error instanceof AppError && /^BLOB_(DIGEST|SIZE)_MISMATCH$/.test(error.code);
}

async function tell(
  promise: LayerPromise,
  progress: FetchProgress | undefined,
  work: () => Promise<void>,
): Promise<void> {
  progress?.began(promise);
  try {
    await work();
  } catch (error) {
    progress?.ended(promise, error);
    throw error;
  }
  progress?.ended(promise, undefined);
}

const downloading = new WeakMap<object, Semaphore>();

function downloads(store: object): Semaphore {
  const known = downloading.get(store) ?? new Semaphore(DOWNLOADS);
  downloading.set(store, known);
  return known;
}

function notAvailable({ descriptor }: LayerPromise): AppError {
  return new AppError('LAYER_NOT_AVAILABLE', `the layer ${descriptor.digest} is not available`, {
    hint: 'pull its image again',
  });
}
