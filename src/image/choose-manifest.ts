/** Of the images under a name the one that is best for a platform. */
import { AppError } from '../errors.ts';
import {
  type Descriptor,
  type Digest,
  decodeImageConfig,
  decodeIndex,
  decodeManifest,
  formatPlatform,
  formatReference,
  isIndexType,
  isManifestType,
  type Platform,
  type Reference,
  selectPlatform,
} from '../oci/index.ts';
import type { RemoteManifest } from '../registry/index.ts';
import { checkLayers, notAnImage } from './image-kind.ts';
import { type Documents, readConfig } from './read-config.ts';

export interface ResolveOptions {
  readonly platform: Platform;
  /** Whether the user asked for the platform: then a lone image for another one is refused. */
  readonly explicit?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

const MAX_DEPTH = 4;
/** Platforms in a message; no official image has more. */
const MAX_NAMED = 20;

export interface Choice {
  readonly reference: Reference;
  readonly root: RemoteManifest;
}

/** @throws AppError IMAGE_PLATFORM_MISMATCH, IMAGE_NOT_AN_IMAGE, OCI_DOCUMENT_INVALID, and those of registries */
export async function chooseManifest(
  registries: Documents,
  { reference, root }: Choice,
  options: ResolveOptions,
): Promise<RemoteManifest> {
  let found = root;
  for (let depth = 0; isIndexType(found.descriptor.mediaType); depth++) {
    const { manifests } = decodeIndex(found.bytes, found.descriptor.mediaType);
    if (depth === MAX_DEPTH) throw tooDeep(reference);
    const next = await bestOf(manifests, { registries, reference, options });
    if (next === undefined) throw noPlatform(reference, options.platform, manifests);
    found = await byDigest(registries, reference, { digest: next.digest, signal: options.signal });
  }
  if (!isManifestType(found.descriptor.mediaType)) throw notAnImage(formatReference(reference));
  if (options.explicit !== true || found !== root) return found;
  const manifest = decodeManifest(found.bytes, found.descriptor.mediaType);
  checkLayers(manifest, formatReference(reference));
  const { signal } = options;
  const config = decodeImageConfig(await readConfig(registries, reference, { manifest, signal }));
  if (selectPlatform(options.platform, [config]) !== undefined) return found;
  throw noPlatform(reference, options.platform, [{ ...found.descriptor, platform: config }]);
}

interface BestOf {
  readonly registries: Documents;
  readonly reference: Reference;
  readonly options: ResolveOptions;
}

/** Some tools leave out the platforms: then the configs tell. */
async function bestOf(
  manifests: readonly Descriptor[],
  { registries, reference, options }: BestOf,
): Promise<Descriptor | undefined> {
  const images = manifests.filter((entry) => !isAttestation(entry));
  const described = images.flatMap((entry) => (entry.platform === undefined ? [] : [entry]));
  const best = selectPlatform(
    options.platform,
    described.flatMap(({ platform }) => platform ?? []),
  );
  if (best !== undefined) return described[best];
  const { signal } = options;
  for (const entry of images.filter(({ platform }) => platform === undefined)) {
    if (isIndexType(entry.mediaType)) return entry;
    if (!isManifestType(entry.mediaType)) continue;
    const { bytes } = await byDigest(registries, reference, { digest: entry.digest, signal });
    const manifest = decodeManifest(bytes, entry.mediaType);
    if (!/config\.v1\+json$|image\.v1\+json$/.test(manifest.config.mediaType)) continue;
    const config = decodeImageConfig(await readConfig(registries, reference, { manifest, signal }));
    if (selectPlatform(options.platform, [config]) !== undefined) return entry;
  }
  return undefined;
}

function byDigest(
  registries: Documents,
  { registry, repository }: Reference,
  { digest, signal }: { readonly digest: Digest; readonly signal: AbortSignal | undefined },
): Promise<RemoteManifest> {
  return registries.manifest({ registry, repository, digest }, { signal });
}

/** BuildKit puts provenance and bills of materials beside the images of an index. */
export function isAttestation({ annotations, platform }: Descriptor): boolean {
  return (
    annotations?.['vnd.docker.reference.type'] !== undefined ||
    (platform?.os === 'unknown' && platform.architecture === 'unknown')
  );
}

function tooDeep(reference: Reference): AppError {
  return new AppError(
    'OCI_DOCUMENT_INVALID',
    `the index of ${formatReference(reference)} leads to further ones, more than ${MAX_DEPTH} deep`,
    { hint: 'name one of its images by digest: `lamina manifest inspect` shows them' },
  );
}

function noPlatform(
  reference: Reference,
  wanted: Platform,
  manifests: readonly Descriptor[],
): AppError {
  const offered = manifests
    .filter((entry) => !isAttestation(entry))
    .flatMap(({ platform }) => (platform === undefined ? [] : formatPlatform(platform)));
  const names = [...new Set(offered)];
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
  const list = `${names.slice(0, MAX_NAMED).join(', ')}${more}`;
  return new AppError(
    'IMAGE_PLATFORM_MISMATCH',
    `${formatReference(reference)} has no image for ${formatPlatform(wanted)}`,
    {
      expected: list === '' ? undefined : `one of its platforms: ${list}`,
      hint: 'choose one with --platform',
    },
  );
}
