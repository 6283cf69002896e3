/** What is remembered of layers that came from elsewhere: as which blob, and where else they can be used. */
import type { Descriptor, DiffId } from '../oci/index.ts';
import type { LayerId, LayerMeta } from '../store/index.ts';
import type { LayerStore } from './layer-store.ts';

/** Facts kind: diff id → descriptor of the blob the layer came as. */
const ORIGIN_FACT = 'layerOrigin';
/** Facts kind: diff id → layer that is right on any layers below it. */
const INDEPENDENT_FACT = 'importedLayer';

type Facts = Pick<LayerStore, 'facts'>;

/** Remembers the blob that a layer came as. An uncompressed one is the layer's own tar, and is not kept beside it. */
export function rememberOrigin(
  { facts }: Facts,
  diffId: DiffId,
  descriptor: Pick<Descriptor, 'mediaType' | 'digest' | 'size' | 'annotations'>,
): void {
  const { mediaType, digest, size, annotations } = descriptor;
  const origin = { mediaType, digest, size, ...(annotations && { annotations }) };
  facts.put(ORIGIN_FACT, diffId, origin);
}

/** The blob that a layer came as; the store need not have a compressed one any more. */
export function originOf({ facts }: Facts, diffId: DiffId): Descriptor | undefined {
  return facts.get<Descriptor>(ORIGIN_FACT, diffId);
}

/** Remembers a layer that is right on any layers below it. */
export function rememberIndependent({ facts }: Facts, diffId: DiffId, id: LayerId): void {
  facts.put(INDEPENDENT_FACT, diffId, id);
}

export function independentLayer(
  { facts, layers }: Pick<LayerStore, 'facts' | 'layers'>,
  diffId: DiffId,
): LayerMeta | undefined {
  const id = facts.get<LayerId>(INDEPENDENT_FACT, diffId);
  return id && layers.get(id);
}
