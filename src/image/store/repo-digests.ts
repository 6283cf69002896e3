/** The digests of an image in registries: the RepoDigests of `inspect`. */
import { type Digest, formatReference } from '../../oci/index.ts';
import type { Store } from '../../store/index.ts';

/** Facts kind: image id → `repository@digest` in full form. */
const DIGESTS_FACT = 'repoDigests';
/** Of an image that is pushed repeatedly, only the latest count. */
const MOST = 20;

export function rememberRepoDigest(
  store: Store,
  id: Digest,
  name: { readonly registry: string; readonly repository: string; readonly digest: Digest },
): void {
  const { registry, repository, digest } = name;
  const added = formatReference({ registry, repository, digest });
  const others = repoDigests(store, id).filter((known) => known !== added);
  store.facts.put(DIGESTS_FACT, id, [added, ...others].slice(0, MOST));
}

export function repoDigests(store: Store, id: Digest): readonly string[] {
  return store.facts.get<readonly string[]>(DIGESTS_FACT, id) ?? [];
}
