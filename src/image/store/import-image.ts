/** Imports an image into the store: the store's writer. Layers that the store already has are not read. */
import { ensureLayers, type FetchProgress } from '../../layers/index.ts';
import { digestOf, layerCompression, MEDIA_TYPES } from '../../oci/index.ts';
import type {
  ImageLayer,
  ImageRecord,
  LayerProvider,
  LazyLayer,
  Store,
} from '../../store/index.ts';
import type { Image, Layer } from '../model/image.ts';
import { countLayers, type Progress } from '../model/progress.ts';
import { draftImage } from './image-record.ts';
import { recordLazyLayers } from './record-lazy-layers.ts';

export interface ImportOptions {
  /**
   * Whether uncompressed layers are exported as they came, as all others are. False for `docker save`, which has
   * uncompressed layers that its registry compresses. Default false.
   */
  readonly keepTars?: boolean | undefined;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Imports an image; every layer is verified against the config. Lazy layers of the store are fetched from it.
 *
 * @returns a draft: a name, or `put`, records it
 * @throws AppError of reading layers: LAYER_…, ARCHIVE_…
 */
export async function importImage(
  store: Store,
  image: Image,
  options: ImportOptions = {},
): Promise<ImageRecord> {
  const { config, configBytes, bytes: manifestBytes } = image;
  const known = knownImage(store, configBytes);
  const { layers, added } =
    known === undefined
      ? recordLazyLayers(
          store,
          image.layers.map((layer) => lazyLayerOf(layer, options)),
        )
      : { layers: known.layers, added: [] };
  try {
    await readLayers(store, layers, { sources: image.layers, ...options });
  } catch (error) {
    for (const id of added) if (store.layers.get(id)?.lazy !== undefined) store.layers.remove(id);
    throw error;
  }
  return (
    known ?? draftImage(store, { config, configBytes, manifestBytes, layers: sized(store, layers) })
  );
}

/** The image with this config, if the store has it complete, or knows sources of the missing parts. */
export function knownImage(store: Store, configBytes: Uint8Array): ImageRecord | undefined {
  const known = store.images.get(digestOf(configBytes));
  const isKnown = known?.layers.every(({ id }) => store.layers.get(id) !== undefined);
  return isKnown === true ? known : undefined;
}

/** A layer that no manifest names by a digest worth keeping becomes a lazy layer of its tar: the diff id, of unknown size. */
function lazyLayerOf(
  { descriptor, diffId }: Layer,
  { keepTars = false }: ImportOptions,
): LazyLayer {
  const isKept = keepTars || layerCompression(descriptor.mediaType) !== 'none';
  const tar = { mediaType: MEDIA_TYPES.ociLayer, digest: diffId, size: 0 };
  return { diffId, descriptor: isKept ? descriptor : tar, sources: [] };
}

interface ReadOptions extends ImportOptions {
  readonly sources: readonly Layer[];
}

async function readLayers(
  store: Store,
  layers: readonly ImageLayer[],
  { sources, progress, signal }: ReadOptions,
): Promise<void> {
  const finished = countLayers(progress, 'loading layers', layers.length);
  for (const { id } of layers) if (store.layers.get(id)?.lazy === undefined) finished();
  const counting: FetchProgress = {
    began: () => undefined,
    advanced: () => undefined,
    ended: (_lazy, error) => {
      if (error === undefined) finished();
    },
  };
  const ids = layers.map(({ id }) => id);
  const provider = providerOf(layers, sources);
  await ensureLayers(store, ids, { provider, signal, progress: counting });
}

function providerOf(layers: readonly ImageLayer[], sources: readonly Layer[]): LayerProvider {
  const byDiffId = new Map(layers.map(({ diffId }, position) => [diffId, sources[position]]));
  return {
    fetch: ({ diffId }, { lend, digest }) => {
      const source = byDiffId.get(diffId);
      if (source === undefined) throw new Error(`the image has no layer ${diffId}`);
      return source.read({ lend, digest });
    },
  };
}

/** Updates the sizes, which are known now. */
function sized(store: Store, layers: readonly ImageLayer[]): readonly ImageLayer[] {
  return layers.map((layer) => ({
    ...layer,
    size: store.layers.get(layer.id)?.size ?? layer.size,
  }));
}
