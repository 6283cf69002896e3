/**
 * What refers to a manifest: signatures, attestations, bills of materials. Registries that do not keep lists of it have
 * an index under a tag made of the digest, which clients keep.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
 */
import { AppError } from '../errors.ts';
import {
  type Descriptor,
  type Digest,
  decodeDescriptor,
  decodeIndex,
  digestOf,
  MEDIA_TYPES,
  type RawManifest,
} from '../oci/index.ts';
import { parseJson } from './json.ts';
import { pages } from './pages.ts';
import { getManifest } from './pull-manifest.ts';
import { putManifest } from './push-manifest.ts';
import { isObject } from './shape.ts';
import type { Place } from './walk.ts';

interface About {
  readonly subject: string;
  readonly signal: AbortSignal | undefined;
}

/** Descriptors of manifests whose `subject` is the one with this digest. */
export async function referrersOf(
  place: Place,
  digest: Digest,
  about: About,
): Promise<readonly Descriptor[]> {
  const call = {
    ...about,
    method: 'GET',
    at: `/referrers/${digest}`,
    repository: place.repository,
    actions: 'pull',
    headers: { accept: MEDIA_TYPES.ociIndex },
  } as const;
  const found: Descriptor[] = [];
  let isKept = false;
  for await (const page of pages(place.server, call, [400, 404, 405])) {
    // Some registries answer every address with something.
    if (!isObject(page) || !Array.isArray(page.manifests)) break;
    isKept = true;
    found.push(...page.manifests.map(decodeDescriptor));
  }
  return isKept ? found : underTag(place, digest, about);
}

/** The tag that stands in for the list: `sha256-<digits>`. */
export function fallbackTag(digest: Digest): string {
  return digest.replace(':', '-');
}

async function underTag(
  place: Place,
  digest: Digest,
  about: About,
): Promise<readonly Descriptor[]> {
  try {
    const name = { ...about, name: fallbackTag(digest), digest: undefined };
    const { bytes, descriptor } = await getManifest(place, name);
    return decodeIndex(bytes, descriptor.mediaType).manifests;
  } catch (error) {
    if (error instanceof AppError && error.code === 'REGISTRY_NOT_FOUND') return [];
    throw error;
  }
}

/** The descriptor by which a manifest is listed for its subject; undefined when it has none. */
export function referrer(
  manifest: RawManifest,
): { readonly subject: Digest; readonly descriptor: Descriptor } | undefined {
  const document = parseJson(new TextDecoder().decode(manifest.bytes));
  if (!isObject(document) || !isObject(document.subject)) return undefined;
  const { mediaType, digest, size } = manifest.descriptor;
  const config = isObject(document.config) ? document.config.mediaType : undefined;
  const artifactType = document.artifactType || config;
  return {
    subject: decodeDescriptor(document.subject).digest,
    descriptor: decodeDescriptor({
      mediaType,
      digest,
      size,
      ...(typeof artifactType === 'string' ? { artifactType } : {}),
      ...(isObject(document.annotations) ? { annotations: document.annotations } : {}),
    }),
  };
}

/** Adds a manifest to the index that stands in for the list of its subject. */
export async function addToFallback(
  place: Place,
  { subject, descriptor }: { readonly subject: Digest; readonly descriptor: Descriptor },
  about: About,
): Promise<void> {
  const listed = await underTag(place, subject, about);
  if (listed.some(({ digest }) => digest === descriptor.digest)) return;
  const index = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociIndex,
    manifests: [...listed, descriptor],
  };
  const bytes = Buffer.from(JSON.stringify(index), 'utf8');
  const name = { ...about, name: fallbackTag(subject), digest: undefined };
  const own = { mediaType: MEDIA_TYPES.ociIndex, digest: digestOf(bytes), size: bytes.length };
  await putManifest(place, name, { descriptor: own, bytes });
}
