/**
 * Which repositories have a blob, learned from pulls and pushes. A blob that the registry has in another repository is
 * mounted from there instead of sent, and a layer whose blob the store no longer has can still be pushed as it came.
 */
import type { Digest } from '../../oci/index.ts';
import type { Repository } from '../../registry/index.ts';
import type { Store } from '../../store/index.ts';
import type { BlobRepositories } from './registry-destination.ts';

/** Facts kind: digest → repositories, the latest first. */
const REPOSITORIES_FACT = 'blobPlaces';
/** How many are kept; more are of no use. */
const MOST = 8;

export function rememberRepository(
  store: Store,
  digest: Digest,
  { registry, repository }: Repository,
): void {
  const added = { registry, repository };
  const known = repositoriesOf(store, digest);
  const [latest] = known;
  if (latest !== undefined && isSameRepository(latest, added)) return;
  const others = known.filter((one) => !isSameRepository(one, added));
  store.facts.put(REPOSITORIES_FACT, digest, [added, ...others].slice(0, MOST));
}

export function repositoriesOf(store: Store, digest: Digest): readonly Repository[] {
  return store.facts.get<readonly Repository[]>(REPOSITORIES_FACT, digest) ?? [];
}

function isSameRepository(a: Repository, b: Repository): boolean {
  return a.registry === b.registry && a.repository === b.repository;
}

/** The repositories that the store knows, for pushes, which add to them. */
export function storedRepositories(store: Store): BlobRepositories {
  return {
    of: (digest) => repositoriesOf(store, digest),
    add: (digest, repository) => rememberRepository(store, digest, repository),
  };
}
