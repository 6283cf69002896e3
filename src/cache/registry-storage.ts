/** A build cache as a tag of a repository. */
import { AppError } from '../errors.ts';
import { openRegistrySource, registryDestination, storedRepositories } from '../image/index.ts';
import { formatReference, type Reference } from '../oci/index.ts';
import type { Registries } from '../registry/index.ts';
import type { Store } from '../store/index.ts';
import type { CacheStorage } from './storage.ts';

export interface RegistryCache {
  readonly store: Store;
  readonly registries: () => Promise<Registries>;
  /** With a tag. */
  readonly reference: Reference;
}

export function registryStorage({ store, registries, reference }: RegistryCache): CacheStorage {
  const { registry, repository } = reference;
  return {
    name: `registry ${formatReference(reference)}`,
    source: { kind: 'registry', registry, repository },
    async open(signal) {
      try {
        return await openRegistrySource(await registries(), reference, { signal });
      } catch (error) {
        if (error instanceof AppError && error.code === 'REGISTRY_NOT_FOUND') return undefined;
        throw error;
      }
    },
    async destination(signal) {
      const repositories = storedRepositories(store);
      return registryDestination(await registries(), { reference, repositories, signal });
    },
  };
}
