import { sourceBlobOf } from '../../layers/index.ts';
import type { DiffId, Digest } from '../../oci/index.ts';
import type { LayerId, LazyLayer, Store } from '../../store/index.ts';

/** A layer whose content is lost, as a lazy layer: the store may still have the blob it came as. */
export function lazyFrom(
  store: Store,
  { diffId }: { readonly id: LayerId; readonly diffId: DiffId | undefined },
  badBlobs: ReadonlySet<Digest>,
): LazyLayer | undefined {
  const descriptor = diffId && sourceBlobOf(store, diffId);
  if (diffId === undefined || descriptor === undefined) return undefined;
  if (badBlobs.has(descriptor.digest) || !store.blobs.has(descriptor.digest)) return undefined;
  return { diffId, descriptor, sources: [] };
}
