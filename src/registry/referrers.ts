/**
 * Manifests that refer to another one: signatures, attestations, SBOMs. For registries without the referrers API,
 * clients keep an index under a tag made of the digest.
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
import type { RemoteRepository } from './walk.ts';

interface About {
  readonly subject: string;
  readonly signal: AbortSignal | undefined;
}

/** Descriptors of manifests whose `subject` is the one with this digest. */
export async function referrersOf(
  remote: RemoteRepository,
  digest: Digest,
  about: About,
): Promise<readonly Descriptor[]> {
  const call = {
    ...about,
    method: 'GET',
    at: `/referrers/${digest}`,
    repository: remote.repository,
    actions: 'pull',
    headers: { accept: MEDIA_TYPES.ociIndex },
  } as const;
  const found: Descriptor[] = [];
  let isKept = false;
  for await (const page of pages(remote.server, call, [400, 404, 405])) {
    // Some registries answer every address with 200.
    if (!isObject(page) || !Array.isArray(page.manifests)) break;
    isKept = true;
    found.push(...page.manifests.map(decodeDescriptor));
  }
  return isKept ? found : underTag(remote, digest, about);
}

/** The fallback tag: `sha256-<digits>`. */
export function fallbackTag(digest: Digest): string {
  return digest.replace(':', '-');
}

async function underTag(
  remote: RemoteRepository,
  digest: Digest,
  about: About,
): Promise<readonly Descriptor[]> {
  try {
    const name = { ...about, name: fallbackTag(digest), digest: undefined };
    const { bytes, descriptor } = await getManifest(remote, name);
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

/** Adds a manifest to the fallback index of its subject. */
export async function addToFallback(
  remote: RemoteRepository,
  { subject, descriptor }: { readonly subject: Digest; readonly descriptor: Descriptor },
  about: About,
): Promise<void> {
  const listed = await underTag(remote, subject, about);
  if (listed.some(({ digest }) => digest === descriptor.digest)) return;
  const index = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociIndex,
    manifests: [...listed, descriptor],
  };
  const bytes = Buffer.from(JSON.stringify(index), 'utf8');
  const name = { ...about, name: fallbackTag(subject), digest: undefined };
  const own = { mediaType: MEDIA_TYPES.ociIndex, digest: digestOf(bytes), size: bytes.length };
  await putManifest(remote, name, { descriptor: own, bytes });
}
