import { originOf } from '../../layers/index.ts';
import type { DiffId, Digest } from '../../oci/index.ts';
import type { LayerId, LayerPromise, Store } from '../../store/index.ts';

/** A layer whose content is lost, as a promise: the store may still have the blob that it came as. */
export function promiseFrom(
  store: Store,
  { diffId }: { readonly id: LayerId; readonly diffId: DiffId | undefined },
  badBlobs: ReadonlySet<Digest>,
): LayerPromise | undefined {
  const descriptor = diffId && originOf(store, diffId);
  if (diffId === undefined || descriptor === undefined) return undefined;
  if (badBlobs.has(descriptor.digest) || !store.blobs.has(descriptor.digest)) return undefined;
  return { diffId, descriptor, sources: [] };
}
