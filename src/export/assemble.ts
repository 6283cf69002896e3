/** Assembles the result of a build into an image of the local store: config, manifest and record. */

import { mapParallel } from '../concurrency/index.ts';
import {
  draftImage,
  identifyLayer,
  type LayerEncoding,
  type NamedLayer,
  ociDescriptor,
  uncompressed,
} from '../image/index.ts';
import { diffIdOf, effectiveEpoch, ensureLayers, sourceBlobOf } from '../layers/index.ts';
import {
  type ContainerConfig,
  canonicalJson,
  type ImageConfig,
  imagePlatform,
  normalizePlatform,
  type Platform,
} from '../oci/index.ts';
import {
  type ImageLayer,
  type ImageRecord,
  type LayerId,
  layerGone,
  type Store,
} from '../store/index.ts';
import { completeHistory, type NewHistory } from './image-history.ts';

export interface AssembleInput {
  readonly config: ContainerConfig;
  readonly platform: Platform;
  /** Undefined: the base image's. */
  readonly author?: string | undefined;
  /** The base image: its layers and history come first, unknown keys of its config are kept. */
  readonly base?:
    | { readonly config: ImageConfig; readonly layers: readonly ImageLayer[] }
    | undefined;
  /** New entries only, oldest first; those with a layer name exactly `layers`, in order. */
  readonly history: readonly NewHistory[];
  /** New layers, bottom first. */
  readonly layers: readonly LayerId[];
  /** Seconds since the epoch: the time of everything new. */
  readonly epoch?: number | undefined;
  /** Whether an epoch changes the times of files in new layers too. Default true. */
  readonly rewriteTimes?: boolean | undefined;
  /** Encoding in which the new layers leave the store, if known; undefined: they stay. */
  readonly encoding?: LayerEncoding | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Added to the config's labels. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Further keys of the config, made when its layers are known. */
  readonly extra?:
    | ((layers: readonly ImageLayer[]) => Readonly<Record<string, unknown>>)
    | undefined;
}

/**
 * Makes an image of layers in the store and records it there; it has no reference yet. The same input
 * gives the same image id. The image's manifest names its layers uncompressed.
 *
 * @returns the record; its id is the digest of the image config
 * @throws AppError STORE_LAYER_GONE; Error when the history does not name the layers
 */
export async function assembleImage(store: Store, input: AssembleInput): Promise<ImageRecord> {
  checkHistory(input);
  const epoch = input.rewriteTimes === false ? undefined : input.epoch;
  const base = await mapParallel(input.base?.layers ?? [], (layer) => baseLayer(store, layer));
  await presentForEpoch(store, [...base.map(({ id }) => id), ...input.layers], epoch);
  const added = await mapParallel(input.layers, (id) => newLayer(store, { ...input, id, epoch }));
  const layers = [...base, ...added];
  const config = imageConfig(store, input, layers);
  return draftImage(store, { config, configBytes: canonicalJson(config), layers });
}

/** Fetches layers whose times an epoch changes, since they become different layers; others may stay lazy. */
async function presentForEpoch(
  store: Store,
  stack: readonly LayerId[],
  epoch: number | undefined,
): Promise<void> {
  const changes = (id: LayerId) => {
    const meta = store.layers.get(id);
    return meta?.lazy !== undefined && effectiveEpoch(meta.times, epoch) !== undefined;
  };
  if (stack.some(changes)) await ensureLayers(store, stack);
}

interface NewLayer extends Pick<AssembleInput, 'encoding' | 'signal'> {
  readonly id: LayerId;
  readonly epoch: number | undefined;
}

async function newLayer(
  store: Store,
  { id, epoch, encoding, signal }: NewLayer,
): Promise<NamedLayer> {
  const meta = store.layers.get(id);
  if (meta === undefined) throw layerGone(id);
  if (meta.lazy !== undefined) {
    const { diffId, descriptor } = meta.lazy;
    return { id, diffId, epoch, size: descriptor.size, blob: ociDescriptor(descriptor) };
  }
  const { diffId, size } = await identifyLayer(store, { id, epoch }, { encoding, signal });
  return { id, diffId, epoch, size: meta.size, blob: uncompressed(diffId, size) };
}

/** Names a layer by the blob it came as, lazy or not: the manifest is the same in both cases. */
export async function baseLayer(store: Store, layer: ImageLayer): Promise<NamedLayer> {
  const lazy = store.layers.get(layer.id)?.lazy;
  const sourceBlob = lazy?.descriptor ?? sourceBlobOf(store, layer.diffId);
  if (sourceBlob !== undefined) return { ...layer, blob: ociDescriptor(sourceBlob) };
  const { size } = await diffIdOf(store, layer.id, layer.epoch);
  return { ...layer, blob: uncompressed(layer.diffId, size) };
}

function imageConfig(
  store: Store,
  input: AssembleInput,
  layers: readonly NamedLayer[],
): ImageConfig {
  const { base, config, labels, epoch } = input;
  const history = completeHistory({
    base: base && { config: base.config, layerCount: base.layers.length },
    entries: input.history,
    layerTime: (layer) => store.layers.get(layer)?.created,
    epoch,
  });
  const author = input.author ?? base?.config.author;
  return {
    ...(base === undefined ? {} : foreignKeys(base.config)),
    ...platformOf(input.platform, base?.config),
    ...(author === undefined ? {} : { author }),
    created: history.at(-1)?.created,
    config:
      labels === undefined || Object.keys(labels).length === 0
        ? config
        : { ...config, Labels: { ...config.Labels, ...labels } },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
    history,
    ...input.extra?.(layers),
  };
}

/** Fields that nobody set (variant, version and features of the system) come from a base for the same machine. */
function platformOf(asked: Platform, base: ImageConfig | undefined): Platform {
  const isSame = base?.os === asked.os && base.architecture === asked.architecture;
  return normalizePlatform(isSame ? { ...imagePlatform(base), ...imagePlatform(asked) } : asked);
}

/** Keys that this build sets itself, and keys that describe only the image they are in. */
const OWN_KEYS = new Set([
  ...['architecture', 'os', 'variant', 'os.version', 'os.features'],
  ...['author', 'created', 'config', 'rootfs', 'history'],
  ...['id', 'parent', 'container', 'container_config', 'docker_version'],
]);

function foreignKeys(config: ImageConfig): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).filter(
      ([key]) => !OWN_KEYS.has(key) && !/^(?:moby\.buildkit|lamina\.cache)\./.test(key),
    ),
  );
}

function checkHistory(input: AssembleInput): void {
  const named = input.history.flatMap((entry) => (entry.layer === undefined ? [] : [entry.layer]));
  const same =
    named.length === input.layers.length &&
    named.every((layer, position) => layer === input.layers[position]);
  if (!same) throw new Error('the history does not name the layers of the image, one entry each');
}
