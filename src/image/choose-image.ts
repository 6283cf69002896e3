/** Chooses the image of an index that is best for a platform. */
import { AppError } from '../errors.ts';
import {
  type Descriptor,
  decodeManifest,
  formatPlatform,
  type ImageConfig,
  isIndexType,
  isManifestType,
  type Platform,
  type RawManifest,
  selectPlatform,
} from '../oci/index.ts';
import { isAttestation } from './model/attestation.ts';
import type { Image } from './model/image.ts';
import { isImage, notAnImage } from './model/image-kind.ts';
import { decodedIndex } from './model/index-of.ts';
import { readDocuments, readImage } from './model/read-image.ts';
import type { ImageSource, ManifestName, ReadRequest } from './model/transport.ts';

export interface ChooseOptions {
  readonly platform: Platform;
  /** Whether the user requested the platform: then a single image for another one is refused. */
  readonly explicit?: boolean | undefined;
  /** An image of which not all layers can be read is opened: such a layer fails when it is read. */
  readonly partly?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

const MAX_DEPTH = 4;
/** Platforms in a message; no official image has more. */
const MAX_NAMED = 20;

/**
 * Opens the image of a root that is best for a platform, with lazy layers.
 *
 * @throws AppError IMAGE_PLATFORM_MISMATCH, IMAGE_NOT_AN_IMAGE, IMAGE_LAYER_ENCRYPTED, IMAGE_LAYER_UNSUPPORTED,
 *   IMAGE_LAYER_COUNT, OCI_DOCUMENT_INVALID, and what the source throws
 */
export async function chooseImage(
  source: ImageSource,
  root: ManifestName,
  options: ChooseOptions,
): Promise<Image> {
  const { platform, explicit = false, partly, signal } = options;
  const first = await source.manifest(root, { signal });
  let found = first;
  for (let depth = 0; isIndexType(found.descriptor.mediaType); depth++) {
    const { manifests } = decodedIndex(found).index;
    if (depth === MAX_DEPTH) throw tooDeep(source.label);
    const next = await bestOf(manifests, source, options);
    if (next === undefined) throw noPlatform(source.label, platform, manifests);
    found = await source.manifest(next, { signal });
  }
  if (!isManifestType(found.descriptor.mediaType)) throw notAnImage(source.label);
  const image = await readImage(source, found, { partly, signal });
  const isLone = found === first;
  if (!explicit || !isLone || selectPlatform(platform, [image.config]) !== undefined) return image;
  throw noPlatform(source.label, platform, [{ ...image.descriptor, platform: image.config }]);
}

/** The only requested root. */
export function rootOf({ roots, label }: ImageSource): Descriptor {
  const [root, ...others] = roots;
  if (root !== undefined && others.every(({ digest }) => digest === root.digest)) return root;
  throw new Error(`${label} was opened without the name of one image`);
}

/** Some tools leave out the platforms: then the configs have them. */
async function bestOf(
  manifests: readonly Descriptor[],
  source: ImageSource,
  { platform: wanted, signal }: ChooseOptions,
): Promise<Descriptor | undefined> {
  const images = manifests.filter((entry) => !isAttestation(entry));
  const described = images.flatMap((entry) => (entry.platform === undefined ? [] : [entry]));
  const best = selectPlatform(
    wanted,
    described.flatMap(({ platform }) => platform ?? []),
  );
  if (best !== undefined) return described[best];
  for (const entry of images.filter(({ platform }) => platform === undefined)) {
    if (isIndexType(entry.mediaType)) return entry;
    if (!isManifestType(entry.mediaType)) continue;
    const raw = await source.manifest(entry, { signal });
    const config = await configIn(source, { ...raw, descriptor: entry }, { signal });
    if (config && selectPlatform(wanted, [config]) !== undefined) return entry;
  }
  return undefined;
}

/** The config of a manifest; undefined if it is not an image. @throws AppError OCI_DOCUMENT_INVALID */
export async function configIn(
  source: Pick<ImageSource, 'label' | 'blob'>,
  raw: RawManifest,
  request: ReadRequest = {},
): Promise<ImageConfig | undefined> {
  const manifest = decodeManifest(raw.bytes, raw.descriptor.mediaType);
  if (!isImage(manifest)) return undefined;
  return (await readDocuments(source, { raw, manifest }, request)).config;
}

function tooDeep(label: string): AppError {
  return new AppError(
    'OCI_DOCUMENT_INVALID',
    `the index of ${label} has more than ${MAX_DEPTH} levels of nested indexes`,
    { hint: 'use the digest of one of its images: `lamina manifest inspect` lists them' },
  );
}

function noPlatform(label: string, wanted: Platform, manifests: readonly Descriptor[]): AppError {
  const offered = manifests
    .filter((entry) => !isAttestation(entry))
    .flatMap(({ platform }) => (platform === undefined ? [] : formatPlatform(platform)));
  const names = [...new Set(offered)];
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
  const list = `${names.slice(0, MAX_NAMED).join(', ')}${more}`;
  return new AppError(
    'IMAGE_PLATFORM_MISMATCH',
    `${label} has no image for ${formatPlatform(wanted)}`,
    {
      expected: list === '' ? undefined : `one of its platforms: ${list}`,
      hint: 'choose one with --platform',
    },
  );
}
