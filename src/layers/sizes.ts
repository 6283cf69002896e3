/** How large a layer is: its files, and the blob it comes as. Neither replaces the other. */
import type { DiffId } from '../oci/index.ts';
import type { LayerId, LazyLayer } from '../store/index.ts';
import { sourceBlobOf } from './import-facts.ts';
import type { LayerStore } from './layer-store.ts';

/** Facts kind: diff id → bytes of file content. */
const SIZE_FACT = 'layerSize';

type Stored = Pick<LayerStore, 'facts' | 'layers'>;

interface Layer {
  readonly id: LayerId;
  readonly diffId: DiffId;
}

/** Remembers the size of a layer's files for when the layer is lazy. */
export function rememberSize({ facts }: Pick<Stored, 'facts'>, diffId: DiffId, size: number): void {
  if (facts.get<number>(SIZE_FACT, diffId) !== size) facts.put(SIZE_FACT, diffId, size);
}

/** Bytes of a layer's files; undefined until the layer is unpacked or its size is remembered. */
export function unpackedSize(
  store: Stored,
  layer: Partial<Layer> & Pick<Layer, 'id'>,
): number | undefined {
  const meta = store.layers.get(layer.id);
  if (meta !== undefined && meta.lazy === undefined) return meta.size;
  const diffId = meta?.lazy?.diffId ?? layer.diffId;
  return diffId && store.facts.get<number>(SIZE_FACT, diffId);
}

/** Bytes of the blob that a layer came as; undefined for layers made here. */
export function blobSize(store: Stored, { id, diffId }: Layer): number | undefined {
  const lazy: LazyLayer | undefined = store.layers.get(id)?.lazy;
  return lazy?.descriptor.size ?? sourceBlobOf(store, diffId)?.size;
}

/** The sum of sizes; undefined if one of them is not known. */
export function sumOfSizes(sizes: readonly (number | undefined)[]): number | undefined {
  let sum = 0;
  for (const size of sizes) {
    if (size === undefined) return undefined;
    sum += size;
  }
  return sum;
}
