/** One index over manifests that are in registries already: what `imagetools create` and `manifest push` make. */
import { AppError } from '../errors.ts';
import {
  canonicalJson,
  type Descriptor,
  decodeImageConfig,
  decodeIndex,
  decodeManifest,
  digestOf,
  formatReference,
  imagePlatform,
  isIndexType,
  MEDIA_TYPES,
  type Platform,
  type Reference,
} from '../oci/index.ts';
import type { Registries, RemoteManifest } from '../registry/index.ts';
import { collect } from './collect.ts';
import { type WriteOptions, writeToRegistry } from './write-collection.ts';

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
/** Larger ones are no configs of images. */
const MAX_CONFIG = 16 << 20;

/** What a name means, as parts of an index: the manifest itself, or those of the index it is. */
export async function partsOf(
  registries: Registries,
  reference: Reference,
  options: RequestOptions,
): Promise<readonly IndexPart[]> {
  const { registry, repository } = reference;
  const found = await registries.manifest(reference, options);
  const named = (descriptor: Descriptor): IndexPart => ({
    reference: { registry, repository, digest: descriptor.digest },
    descriptor,
  });
  if (isIndexType(found.descriptor.mediaType)) {
    return decodeIndex(found.bytes, found.descriptor.mediaType).manifests.map(named);
  }
  const platform = await platformIn(registries, reference, found, options);
  return [named({ ...found.descriptor, ...(platform && { platform }) })];
}

/** From the config; undefined for what is no image. */
async function platformIn(
  registries: Registries,
  reference: Reference,
  { bytes, descriptor }: RemoteManifest,
  { signal }: RequestOptions,
): Promise<Platform | undefined> {
  const { config } = decodeManifest(bytes, descriptor.mediaType);
  const isConfig = /(?:image\.config|container\.image)\.v1\+json$/.test(config.mediaType);
  if (!isConfig || config.size > MAX_CONFIG) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of registries.blob(reference, config, { signal })) {
    chunks.push(Uint8Array.from(chunk));
  }
  return imagePlatform(decodeImageConfig(Buffer.concat(chunks)));
}

/**
 * Each manifest once, in order; Docker's own type if all manifests are Docker's.
 * @throws AppError MANIFEST_LIST_EMPTY
 */
export function composeIndex(
  parts: readonly IndexPart[],
  annotations: Readonly<Record<string, string>> = {},
): RemoteManifest {
  const byDigest = new Map(parts.map(({ descriptor }) => [descriptor.digest, descriptor]));
  const manifests = [...byDigest.values()].map(plainDescriptor);
  if (manifests.length === 0 || manifests.length > MOST_PARTS) {
    throw new AppError('MANIFEST_LIST_EMPTY', `an index of ${manifests.length} manifests`, {
      expected: `1 to ${MOST_PARTS} manifests`,
    });
  }
  const isAnnotated = Object.keys(annotations).length > 0;
  const isDocker = manifests.every(({ mediaType }) => mediaType === MEDIA_TYPES.dockerManifest);
  const mediaType = isDocker && !isAnnotated ? MEDIA_TYPES.dockerIndex : MEDIA_TYPES.ociIndex;
  const bytes = canonicalJson({
    ...{ schemaVersion: 2, mediaType, manifests },
    ...(isAnnotated && { annotations }),
  });
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes };
}

/** Without what only a transfer needs. */
function plainDescriptor(descriptor: Descriptor): Descriptor {
  const { mediaType, digest, size, platform, annotations, artifactType } = descriptor;
  return {
    ...{ mediaType, digest, size },
    ...(platform && { platform }),
    ...(annotations && { annotations }),
    ...(artifactType !== undefined && { artifactType }),
  };
}

/** Copies what the index names into the repository of the target, and puts the index there. */
export async function pushIndex(
  registries: Registries,
  index: RemoteManifest,
  options: WriteOptions & { readonly parts: readonly IndexPart[]; readonly target: Reference },
): Promise<void> {
  const { parts, target, onTransfer, signal } = options;
  const { registry, repository } = target;
  for (const { reference } of parts) {
    const source = { reference, content: registries, async [Symbol.asyncDispose]() {} };
    const collection = await collect(source, { signal });
    const place = { reference: { registry, repository }, mountFrom: reference };
    await writeToRegistry(registries, collection, { ...place, onTransfer, signal });
  }
  if (target.tag === undefined) {
    throw new AppError('REFERENCE_INVALID', `'${formatReference(target)}' has no tag`, {
      expected: 'NAME:TAG',
    });
  }
  await registries.pushManifest(target, index, { signal });
}
