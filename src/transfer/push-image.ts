/** Images of the store into a registry: with the manifest and the blobs they came with, where these can be had. */
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
 * @returns what the name means in the registry now
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
    // From now on the image is known by the digest others know it by.
    if (record !== undefined) await knowBy(store, record, image);
  }
  const { mediaType, digest, size } = collection.root.descriptor;
  return { mediaType, digest, size };
}

/**
 * Pushes what was collected or built; the store remembers where its blobs are now.
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

/** Images of the store as a source; blobs that it lacks come from the registries that are known to have them. */
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
