/** From a name in a registry to one image: its manifest, its config, and the descriptors of its layers. */
import { AppError } from '../errors.ts';
import {
  type Descriptor,
  type DiffId,
  type Digest,
  decodeImageConfig,
  decodeIndex,
  decodeManifest,
  digestOf,
  formatPlatform,
  formatReference,
  type ImageConfig,
  isIndexType,
  isManifestType,
  type Manifest,
  type Platform,
  type Reference,
  selectPlatform,
} from '../oci/index.ts';
import type { Registries, RemoteManifest } from '../registry/index.ts';
import { checkLayers, notAnImage } from './image-kind.ts';

/** What resolving needs of a registry; a layout has it too. */
export type Documents = Pick<Registries, 'manifest' | 'blob'>;

/** A layer that can be fetched. */
export interface RemoteLayer {
  readonly descriptor: Descriptor;
  readonly diffId: DiffId;
}

/** An image in a registry, of which everything small has been fetched and verified. */
export interface RemoteImage {
  /** As it was asked for. */
  readonly reference: Reference;
  /** What the name means: a manifest, or an index with manifests for several platforms. */
  readonly root: Descriptor;
  readonly manifestDescriptor: Descriptor;
  readonly manifestBytes: Uint8Array;
  readonly manifest: Manifest;
  readonly configBytes: Uint8Array;
  readonly config: ImageConfig;
  /** Bottom first. */
  readonly layers: readonly RemoteLayer[];
}

export interface ResolveOptions {
  readonly platform: Platform;
  /** Whether the user asked for the platform: then a lone image for another one is refused. */
  readonly explicit?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

const MAX_DEPTH = 4;
/** Platforms in a message; no official image has more. */
const MAX_NAMED = 20;
/** Configs of real images have some kilobytes. */
const MAX_CONFIG = 16 << 20;

/**
 * Asks a registry for the image of a name that is best for a platform.
 *
 * @throws AppError REGISTRY_…, IMAGE_PLATFORM_MISMATCH, IMAGE_NOT_AN_IMAGE, IMAGE_LAYER_ENCRYPTED,
 *   IMAGE_LAYER_UNSUPPORTED, IMAGE_LAYER_COUNT, OCI_DOCUMENT_INVALID
 */
export async function resolveImage(
  registries: Documents,
  reference: Reference,
  options: ResolveOptions,
): Promise<RemoteImage> {
  const root = await registries.manifest(reference, { signal: options.signal });
  const found = await chooseManifest(registries, { reference, root }, options);
  return describeImage(registries, { reference, root: root.descriptor, found }, options.signal);
}

/**
 * What is known of an image once its manifest is there: fetches the config.
 *
 * @throws AppError as `resolveImage`
 */
export async function describeImage(
  registries: Documents,
  image: {
    readonly reference: Reference;
    readonly root: Descriptor;
    readonly found: RemoteManifest;
  },
  signal?: AbortSignal,
): Promise<RemoteImage> {
  const { reference, root, found } = image;
  const manifest = decodeManifest(found.bytes, found.descriptor.mediaType);
  const name = formatReference(reference);
  checkLayers(manifest, name);
  const configBytes = await readConfig(registries, reference, { manifest, signal });
  const config = decodeImageConfig(configBytes);
  const diffIds = config.rootfs.diff_ids;
  if (diffIds.length !== manifest.layers.length) {
    throw new AppError(
      'IMAGE_LAYER_COUNT',
      `the manifest of ${name} has ${manifest.layers.length} layers, its config names ${diffIds.length}`,
      { hint: 'the image was made by a faulty tool; tell its publisher' },
    );
  }
  const layers = manifest.layers.flatMap((descriptor, position): RemoteLayer[] => {
    const diffId = diffIds[position];
    return diffId === undefined ? [] : [{ descriptor, diffId }];
  });
  return {
    reference,
    root,
    manifestDescriptor: found.descriptor,
    manifestBytes: found.bytes,
    manifest,
    configBytes,
    config,
    layers,
  };
}

async function readConfig(
  registries: Documents,
  reference: Reference,
  { manifest, signal }: { readonly manifest: Manifest; readonly signal: AbortSignal | undefined },
): Promise<Uint8Array> {
  const { config } = manifest;
  if (config.size > MAX_CONFIG) {
    throw new AppError(
      'OCI_DOCUMENT_INVALID',
      `the config of ${formatReference(reference)} has ${config.size} bytes, more than the allowed ${MAX_CONFIG}`,
      { hint: 'such configs are made to exhaust memory; do not trust the source' },
    );
  }
  if (config.data !== undefined) {
    const bytes = Buffer.from(config.data, 'base64');
    if (digestOf(bytes) === config.digest) return bytes;
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of registries.blob(reference, config, { signal })) {
    chunks.push(Uint8Array.from(chunk));
  }
  return Buffer.concat(chunks);
}

interface Choice {
  readonly reference: Reference;
  readonly root: RemoteManifest;
}

async function chooseManifest(
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
