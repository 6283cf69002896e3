/** Copies a name of any transport into a registry, with all it refers to. Digests stay: nothing is recompressed. */
import {
  type Collection,
  type CollectOptions,
  collect,
  type ImageSource,
  type OnTransfer,
  registryDestination,
  rootOf,
  writeCollections,
} from '../image/index.ts';
import type { Reference } from '../oci/index.ts';
import type { Registries, Repository } from '../registry/index.ts';

export interface CopyOptions extends CollectOptions {
  readonly onTransfer?: OnTransfer | undefined;
}

/**
 * @param mountFrom the source repository: blobs are mounted from there if it is in the same registry
 * @returns what was copied
 * @throws AppError REGISTRY_…, and what the source throws
 */
export async function copyToRegistry(
  registries: Registries,
  source: ImageSource,
  options: CopyOptions & {
    readonly reference: Reference;
    readonly mountFrom?: Repository | undefined;
  },
): Promise<Collection> {
  const { reference, mountFrom, onTransfer, signal } = options;
  const collection = await collect(source, rootOf(source), options);
  const repositories = {
    of: () => (mountFrom === undefined ? [] : [mountFrom]),
    add: () => undefined,
  };
  const destination = registryDestination(registries, {
    reference,
    repositories,
    onTransfer,
    signal,
  });
  await writeCollections(destination, [collection]);
  return collection;
}
