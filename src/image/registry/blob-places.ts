/**
 * Which repositories have a blob: learnt when it was fetched from or pushed to one. A blob that a registry has in
 * another repository is mounted from there instead of being sent, and a layer the store no longer has as a blob can
 * still be pushed as it came.
 */
import type { Digest } from '../../oci/index.ts';
import type { Repository } from '../../registry/index.ts';
import type { Store } from '../../store/index.ts';
import type { BlobPlaces } from './registry-destination.ts';

/** Facts kind: digest → repositories, the latest first. */
const PLACES_FACT = 'blobPlaces';
/** More are of no use. */
const MOST = 8;

export function rememberPlace(store: Store, digest: Digest, repository: Repository): void {
  const place = { registry: repository.registry, repository: repository.repository };
  const known = placesOf(store, digest);
  const [latest] = known;
  if (latest !== undefined && isSamePlace(latest, place)) return;
  const others = known.filter((one) => !isSamePlace(one, place));
  store.facts.put(PLACES_FACT, digest, [place, ...others].slice(0, MOST));
}

export function placesOf(store: Store, digest: Digest): readonly Repository[] {
  return store.facts.get<readonly Repository[]>(PLACES_FACT, digest) ?? [];
}

function isSamePlace(a: Repository, b: Repository): boolean {
  return a.registry === b.registry && a.repository === b.repository;
}

/** What the store knows of it, for pushes, which it learns from. */
export function storedPlaces(store: Store): BlobPlaces {
  return {
    of: (digest) => placesOf(store, digest),
    add: (digest, repository) => rememberPlace(store, digest, repository),
  };
}
