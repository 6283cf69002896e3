/** An image that a build or a container needs: known to the store by its name, its layers left where they are. */
import {
  chooseImage,
  openRegistrySource,
  recordRemote,
  rememberRepoDigest,
  repoDigests,
  rootOf,
} from '../image/index.ts';
import {
  type Digest,
  formatReference,
  hostPlatform,
  type Platform,
  platformMatches,
  type Reference,
  selectPlatform,
  withDefaultTag,
} from '../oci/index.ts';
import type { Registries } from '../registry/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';

export interface BringOptions {
  readonly platform: Platform;
  /** What the name is known to mean: a name is asked once, also where images for several platforms are wanted. */
  readonly pinned?: Digest | undefined;
  /** The name may have moved: images of other platforms that it meant before lose it. */
  readonly isNewer?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface BroughtImage {
  readonly record: ImageRecord;
  /** Of what the name means: a manifest or an index. */
  readonly digest: Digest;
}

/**
 * Asks a registry for an image and records it under its name. A digest goes before a tag.
 *
 * @throws AppError REGISTRY_…, IMAGE_…, OCI_DOCUMENT_INVALID
 */
export async function bringImage(
  store: Store,
  registries: Registries,
  reference: Reference,
  { platform, pinned, isNewer = false, signal }: BringOptions,
): Promise<BroughtImage> {
  const { registry, repository } = reference;
  const asked = pinned === undefined ? reference : { registry, repository, digest: pinned };
  const source = await openRegistrySource(registries, storeName(asked), { signal });
  const root = rootOf(source);
  const image = await chooseImage(source, root, { platform, signal });
  const record = await recordRemote(store, image, reference);
  const { digest } = root;
  nameImage(store, record, { reference: storeName(reference), digest, isNewer });
  rememberRepoDigest(store, record.id, { registry, repository, digest });
  return { record, digest };
}

/** The name under which the store keeps what a reference means: with a digest the tag says nothing. */
export function storeName(reference: Reference): Reference {
  const { registry, repository, digest } = reference;
  return digest === undefined ? withDefaultTag(reference) : { registry, repository, digest };
}

/** The image in the store that a registry knows by this digest, if it is for the platform. */
export function imageOfDigest(
  store: Store,
  { registry, repository }: Reference,
  { digest, platform }: { readonly digest: Digest; readonly platform: Platform },
): ImageRecord | undefined {
  const name = formatReference({ registry, repository, digest });
  const images = store.images.list().filter(({ id }) => repoDigests(store, id).includes(name));
  const chosen = selectPlatform(platform, images);
  return chosen === undefined ? undefined : images[chosen];
}

interface Naming {
  readonly reference: Reference;
  readonly digest: Digest;
  readonly isNewer: boolean;
}

/** Two versions of Windows are two platforms. */
function isSameVersion(one: ImageRecord, other: ImageRecord): boolean {
  return one.os !== 'windows' || one['os.version'] === other['os.version'];
}

/** Images for other platforms keep the name as long as it still means them. */
function nameImage(
  store: Store,
  record: ImageRecord,
  { reference, digest, isNewer }: Naming,
): void {
  const name = formatReference(reference);
  const { registry, repository } = reference;
  const now = formatReference({ registry, repository, digest });
  const others = store.images.variants(name).filter((other) => {
    const isSame = platformMatches(other, record) && isSameVersion(other, record);
    if (other.id === record.id || isSame) return false;
    return !isNewer || repoDigests(store, other.id).includes(now);
  });
  const all = [record, ...others];
  const first = all[selectPlatform(hostPlatform(), all) ?? 0] ?? record;
  const rest = all.filter(({ id }) => id !== first.id).map(({ id }) => id);
  store.images.tagVariants([first.id, ...rest], name);
}
