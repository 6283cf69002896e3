/** The digest of a layer's uncompressed tar, computed once for a layer and epoch. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { shareWork } from '../concurrency/index.ts';
import type { DiffId } from '../oci/index.ts';
import { isSound, type LayerId, noteSound } from '../store/index.ts';
import { FileHasher } from './file-hasher.ts';
import { toBytePath } from './host-files.ts';
import { openIndex } from './index-codec.ts';
import { TAR_FILE } from './layer-index.ts';
import { damaged, type LayerStore, layerMeta } from './layer-store.ts';
import {
  effectiveEpoch,
  type LayerTarOptions,
  layerTar,
  type TarFile,
  tarFileOf,
} from './layer-tar.ts';
import { type TarIdentity, tarIdentity } from './tar-identity.ts';

/** Facts kind. */
const DIFF_ID_FACT = 'layer-diff-id';

/** Reads a tar to its end. A chunk is valid until the next one is requested. */
export type TakeTar = (tar: AsyncIterable<Buffer>, signal: AbortSignal) => Promise<void>;

export interface DiffIdOptions {
  readonly signal?: AbortSignal | undefined;
  /** Receives the tar if it must be read for its digest, so that a caller who needs it too reads it only once. */
  readonly take?: TakeTar | undefined;
}

/**
 * The diffId of what `layerTar` gives.
 *
 * @param epoch SOURCE_DATE_EPOCH in seconds
 * @throws what `layerTar` and `take` throw
 */
export async function diffIdOf(
  store: LayerStore,
  id: LayerId,
  epoch?: number | undefined,
  { signal: asked, take }: DiffIdOptions = {},
): Promise<TarIdentity> {
  const effective = effectiveEpoch(layerMeta(store, id).times, epoch);
  const key = factKey(id, effective);
  const known = store.facts.get<TarIdentity>(DIFF_ID_FACT, key);
  if (known !== undefined) return known;
  return shareWork(store, {
    name: `diffId ${key}`,
    signal: asked,
    work: async (signal) => {
      const options = { epoch: effective, signal, lend: true };
      const identity =
        take === undefined
          ? await hashLayer(store, id, options)
          : await hashTaken(layerTar(store, id, options), (tar) => take(tar, signal));
      store.facts.put(DIFF_ID_FACT, key, identity);
      noteTar(store, id, identity, effective);
      return identity;
    },
  });
}

/** Reads the whole layer. */
export async function hashLayer(
  store: LayerStore,
  id: LayerId,
  options: LayerTarOptions,
): Promise<TarIdentity> {
  const directory = store.layers.directory(id);
  const { tarSize } = openIndex(directory);
  if (options.epoch === undefined && tarSize !== undefined) {
    return hashStored(join(directory, TAR_FILE), tarSize, options.signal);
  }
  return hashTaken(layerTar(store, id, options), async (tar) => {
    for await (const _ of tar);
  });
}

async function hashTaken(
  tar: AsyncIterable<Buffer>,
  take: (tar: AsyncIterable<Buffer>) => Promise<void>,
): Promise<TarIdentity> {
  const hash = createHash('sha256');
  let size = 0;
  let isWhole = false;
  async function* hashed(): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of tar) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
    isWhole = true;
  }
  await take(hashed());
  if (!isWhole) throw new Error('the tar was not taken to its end');
  return tarIdentity(hash.digest('hex'), size);
}

async function hashStored(
  path: string,
  size: number,
  signal: AbortSignal | undefined,
): Promise<TarIdentity> {
  using hasher = new FileHasher(toBytePath(path));
  const stop = (): void => hasher.close();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    hasher.advance(size);
    return tarIdentity(await hasher.finish(), size);
  } catch (error) {
    signal?.throwIfAborted();
    throw damaged('its tar cannot be read', error);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** The known identity of a layer's tar with its own times. */
export function knownDiffId({ facts }: Pick<LayerStore, 'facts'>, id: LayerId): DiffId | undefined {
  return facts.get<TarIdentity>(DIFF_ID_FACT, factKey(id, undefined))?.diffId;
}

/** Remembers that the file of a layer's tar, if it has one, has these bytes. */
export function noteTar(
  store: LayerStore,
  id: LayerId,
  { diffId: digest, size }: TarIdentity,
  epoch?: number | undefined,
): void {
  const file = tarFileOf(store, id, epoch);
  if (file?.size === size) noteSound(store.facts, { name: id, digest, ...file });
}

/** The file that has exactly these bytes at its start: the tar of a layer, known not to have changed since it was hashed. */
export function soundTar(
  store: LayerStore,
  id: LayerId,
  { diffId: digest, size }: TarIdentity,
  epoch?: number | undefined,
): TarFile | undefined {
  const file = tarFileOf(store, id, epoch);
  if (file?.size !== size) return undefined;
  return isSound(store.facts, { name: id, digest, ...file }) ? file : undefined;
}

/** Remembers the identity of a layer's tar with its own times, once it has been hashed. */
export function rememberDiffId(store: LayerStore, id: LayerId, identity: TarIdentity): void {
  store.facts.put(DIFF_ID_FACT, factKey(id, undefined), identity);
}

function factKey(id: LayerId, epoch: number | undefined): string {
  return epoch === undefined ? id : `${id}@${epoch}`;
}
