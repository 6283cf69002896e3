/** The digest of a layer's uncompressed tar, computed once for a layer and epoch. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { DiffId } from '../oci/index.ts';
import type { LayerId } from '../store/index.ts';
import { FileHasher } from './file-hasher.ts';
import { toBytePath } from './host-files.ts';
import { readIndex } from './index-codec.ts';
import { TAR_FILE } from './layer-index.ts';
import { damaged, type LayerStore, layerMeta } from './layer-store.ts';
import { effectiveEpoch, type LayerTarOptions, layerTar } from './layer-tar.ts';
import { shareWork } from './once.ts';
import { type TarIdentity, tarIdentity } from './tar-identity.ts';

/** Facts kind. */
const DIFF_ID_FACT = 'layer-diff-id';

/**
 * The diffId of what `layerTar` gives.
 *
 * @param epoch SOURCE_DATE_EPOCH in seconds
 * @throws what `layerTar` throws
 */
export async function diffIdOf(
  store: LayerStore,
  id: LayerId,
  epoch?: number | undefined,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<TarIdentity> {
  const effective = effectiveEpoch(layerMeta(store, id).times, epoch);
  const key = factKey(id, effective);
  const known = store.facts.get<TarIdentity>(DIFF_ID_FACT, key);
  if (known !== undefined) return known;
  return shareWork(store, {
    name: `diffId ${key}`,
    signal: options.signal,
    work: async (signal) => {
      const identity = await hashLayer(store, id, { epoch: effective, signal });
      store.facts.put(DIFF_ID_FACT, key, identity);
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
  const { tarSize } = readIndex(directory);
  if (options.epoch === undefined && tarSize !== undefined) {
    return hashStored(join(directory, TAR_FILE), tarSize, options.signal);
  }
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of layerTar(store, id, options)) {
    hash.update(chunk);
    size += chunk.length;
  }
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

/** What the tar of a layer with its own times is known to be. */
export function knownDiffId({ facts }: Pick<LayerStore, 'facts'>, id: LayerId): DiffId | undefined {
  return facts.get<TarIdentity>(DIFF_ID_FACT, factKey(id, undefined))?.diffId;
}

/** Told by whoever has hashed the layer's tar with its own times. */
export function rememberDiffId(store: LayerStore, id: LayerId, identity: TarIdentity): void {
  store.facts.put(DIFF_ID_FACT, factKey(id, undefined), identity);
}

function factKey(id: LayerId, epoch: number | undefined): string {
  return epoch === undefined ? id : `${id}@${epoch}`;
}
