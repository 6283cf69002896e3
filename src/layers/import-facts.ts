/** Facts about imported layers: the blob each came as, and whether it is right on any layers below. */
import type { Descriptor, DiffId } from '../oci/index.ts';
import type { LayerId, LayerMeta } from '../store/index.ts';
import type { LayerStore } from './layer-store.ts';

/** Facts kind: diff id → descriptor of the blob the layer came as. */
const SOURCE_BLOB_FACT = 'layerOrigin';
/** Facts kind: diff id → layer that is right on any layers below it. */
const INDEPENDENT_FACT = 'importedLayer';

type Facts = Pick<LayerStore, 'facts'>;

/** Remembers the blob that a layer came as. An uncompressed blob is the layer's own tar and is not kept separately. */
export function rememberSourceBlob(
  { facts }: Facts,
  diffId: DiffId,
  descriptor: Pick<Descriptor, 'mediaType' | 'digest' | 'size' | 'annotations'>,
): void {
  const { mediaType, digest, size, annotations } = descriptor;
  const sourceBlob = { mediaType, digest, size, ...(annotations && { annotations }) };
  facts.put(SOURCE_BLOB_FACT, diffId, sourceBlob);
}

/** The blob that a layer came as. The store may no longer have it. */
export function sourceBlobOf({ facts }: Facts, diffId: DiffId): Descriptor | undefined {
  return facts.get<Descriptor>(SOURCE_BLOB_FACT, diffId);
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
