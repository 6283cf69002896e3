/** Pushes images of the store to a registry: with their original manifests and blobs, if they are available. */
import {
  type Blob,
  type Collection,
  collect,
  type ImageRecords,
  knowBy,
  type OnTransfer,
  openStoreSource,
  registryDestination,
  reporter,
  repositoriesOf,
  rootOf,
  type StoreSource,
  storedRepositories,
  writeCollections,
} from '../image/index.ts';
import { type Descriptor, formatReference, type Reference } from '../oci/index.ts';
import type { Registries } from '../registry/index.ts';
import type { Store } from '../store/index.ts';

export interface PushOptions {
  readonly onTransfer?: OnTransfer | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Pushes an image, or images for several platforms and an index of them.
 *
 * @param reference with a tag
 * @returns what the name resolves to in the registry now
 * @throws AppError REGISTRY_…; BLOB_DAMAGED
 */
export async function pushImages(
  store: Store,
  registries: Registries,
  records: ImageRecords,
  { reference, ...options }: PushOptions & { readonly reference: Reference },
): Promise<Descriptor> {
  const label = formatReference(reference);
  await using source = await sourceInStore(store, registries, records, { label, ...options });
  const collection = await collect(source, rootOf(source), options);
  await pushCollection(store, registries, collection, { reference, ...options });
  for (const [position, image] of source.images.entries()) {
    const record = records[position];
    // From now on the image is known by its digest in registries.
    if (record !== undefined) await knowBy(store, record, image);
  }
  const { mediaType, digest, size } = collection.root.descriptor;
  return { mediaType, digest, size };
}

/**
 * Pushes a collection; the store remembers the repository of its blobs.
 *
 * @param reference without a tag the root is pushed by its digest
 * @throws AppError REGISTRY_…; BLOB_DAMAGED
 */
export async function pushCollection(
  store: Store,
  registries: Registries,
  collection: Collection,
  { reference, onTransfer, signal }: PushOptions & { readonly reference: Reference },
): Promise<void> {
  for (const { descriptor } of collection.blobs) reporter(onTransfer, 'out', descriptor)('waiting');
  const repositories = storedRepositories(store);
  const target = { reference, repositories, onTransfer, signal };
  await writeCollections(registryDestination(registries, target), [collection]);
}

/** Images of the store as a source; missing blobs come from registries that are known to have them. */
export function sourceInStore(
  store: Store,
  registries: Registries,
  records: ImageRecords,
  { label, signal }: { readonly label: string; readonly signal?: AbortSignal | undefined },
): Promise<StoreSource> {
  const elsewhere = (descriptor: Descriptor): Blob | undefined => {
    const [repository] = repositoriesOf(store, descriptor.digest);
    if (repository === undefined) return undefined;
    return { descriptor, read: () => registries.blob(repository, descriptor) };
  };
  return openStoreSource(store, records, { label, elsewhere, signal });
}
