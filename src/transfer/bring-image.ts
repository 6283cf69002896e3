/** Records an image that a build or a container needs under its name, with lazy layers. */
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
  /** The root of the name, if known: a name is resolved once, also for images for several platforms. */
  readonly pinned?: Digest | undefined;
  /** Whether the name may have moved: images of other platforms that had it then lose it. */
  readonly isNewer?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface BroughtImage {
  readonly record: ImageRecord;
  /** The descriptor that the name resolves to: a manifest or an index. */
  readonly digest: Digest;
}

/**
 * Resolves a name in its registry and records the image under it. A digest takes precedence over a tag.
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

/** The name of a reference in the store: with a digest the tag is left out. */
export function storeName(reference: Reference): Reference {
  const { registry, repository, digest } = reference;
  return digest === undefined ? withDefaultTag(reference) : { registry, repository, digest };
}

/** The image of the store with this digest in a registry, if it is for the platform. */
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

/** Images for other platforms keep the name as long as it still includes them. */
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
