/** One index over manifests that are already in registries, for `imagetools create` and `manifest push`. */
import { AppError } from '../errors.ts';
import {
  configIn,
  decodedIndex,
  type Index,
  indexOf,
  openRegistrySource,
  rootOf,
} from '../image/index.ts';
import {
  type Descriptor,
  formatReference,
  imagePlatform,
  isIndexType,
  MEDIA_TYPES,
  type Reference,
} from '../oci/index.ts';
import type { Registries } from '../registry/index.ts';
import { type CopyOptions, copyToRegistry } from './copy-to-registry.ts';

/** A manifest in a registry, as an index names it. */
export interface IndexPart {
  /** With the digest. */
  readonly reference: Reference;
  /** With the platform, where the manifest is an image's. */
  readonly descriptor: Descriptor;
}

interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
}

const MOST_PARTS = 1000;

/** A name as parts of an index: its manifest, or those of its index. */
export async function partsOf(
  registries: Registries,
  reference: Reference,
  options: RequestOptions,
): Promise<readonly IndexPart[]> {
  const { registry, repository } = reference;
  const source = await openRegistrySource(registries, reference, options);
  const root = rootOf(source);
  const raw = await source.manifest(root, options);
  const named = (descriptor: Descriptor): IndexPart => ({
    reference: { registry, repository, digest: descriptor.digest },
    descriptor,
  });
  if (isIndexType(root.mediaType)) return decodedIndex(raw).index.manifests.map(named);
  const config = await configIn(source, raw, options);
  return [named({ ...root, ...(config && { platform: imagePlatform(config) }) })];
}

/**
 * Each manifest once, in order; Docker's own type if all manifests are Docker's.
 * @throws AppError MANIFEST_LIST_EMPTY
 */
export function composeIndex(
  parts: readonly IndexPart[],
  annotations: Readonly<Record<string, string>> = {},
): Index {
  const byDigest = new Map(parts.map(({ descriptor }) => [descriptor.digest, descriptor]));
  const manifests = [...byDigest.values()].map(plainDescriptor);
  if (manifests.length === 0 || manifests.length > MOST_PARTS) {
    throw new AppError('MANIFEST_LIST_EMPTY', `an index with ${manifests.length} manifests`, {
      expected: `1 to ${MOST_PARTS} manifests`,
    });
  }
  const isAnnotated = Object.keys(annotations).length > 0;
  const isDocker = manifests.every(({ mediaType }) => mediaType === MEDIA_TYPES.dockerManifest);
  const mediaType = isDocker && !isAnnotated ? MEDIA_TYPES.dockerIndex : MEDIA_TYPES.ociIndex;
  return indexOf(manifests, { mediaType, annotations });
}

/** Without the fields that only a transfer needs. */
function plainDescriptor(descriptor: Descriptor): Descriptor {
  const { mediaType, digest, size, platform, annotations, artifactType } = descriptor;
  return {
    ...{ mediaType, digest, size },
    ...(platform && { platform }),
    ...(annotations && { annotations }),
    ...(artifactType !== undefined && { artifactType }),
  };
}

/** Copies the manifests of the index into the target's repository, and pushes the index there. */
export async function pushIndex(
  registries: Registries,
  index: Index,
  options: CopyOptions & { readonly parts: readonly IndexPart[]; readonly target: Reference },
): Promise<void> {
  const { parts, target, onTransfer, signal } = options;
  const { registry, repository } = target;
  for (const { reference } of parts) {
    const source = await openRegistrySource(registries, reference, { signal });
    const copy = { reference: { registry, repository }, mountFrom: reference };
    await copyToRegistry(registries, source, { ...copy, onTransfer, signal });
  }
  if (target.tag === undefined) {
    throw new AppError('REFERENCE_INVALID', `'${formatReference(target)}' has no tag`, {
      expected: 'NAME:TAG',
    });
  }
  await registries.pushManifest(target, index, { signal });
}
