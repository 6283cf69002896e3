/**
 * Chooses the images of an archive or a layout to load: of a multi-platform image, that for the wanted platform. Images
 * that the archive does not contain (a multi-platform image saved in part) cannot be chosen.
 */
import { AppError } from '../errors.ts';
import {
  type Descriptor,
  type Digest,
  decodeManifest,
  digestOf,
  formatPlatform,
  isIndexType,
  isManifestType,
  type Platform,
  type RawManifest,
  selectPlatform,
} from '../oci/index.ts';
import { isAttestation } from './model/attestation.ts';
import type { Image } from './model/image.ts';
import { checkLayers, isImage } from './model/image-kind.ts';
import { decodedIndex } from './model/index-of.ts';
import { type ImageDocuments, imageOf, readDocuments } from './model/read-image.ts';
import { annotatedNames } from './model/references.ts';
import type { ImageSource, ReadRequest } from './model/transport.ts';

export interface Wanted extends ReadRequest {
  readonly platform: Platform;
  /** Whether the user requested it: then an image for another platform is refused even if it is the only one. */
  readonly explicit: boolean;
}

/** An image with its names there, in full form. */
export interface FoundImage {
  readonly image: Image;
  readonly references: readonly string[];
}

/** A manifest that could be loaded. */
interface Candidate {
  readonly documents: ImageDocuments;
  readonly platform: Platform;
}

const MAX_DEPTH = 4;
const MAX_MANIFESTS = 1000;

/**
 * @throws AppError IMAGE_PLATFORM_MISMATCH, IMAGE_LAYER_UNSUPPORTED, and those of reading documents
 */
export async function imagesIn(source: ImageSource, wanted: Wanted): Promise<FoundImage[]> {
  const finder = new CandidateFinder(source, wanted);
  const images: FoundImage[] = [];
  for (const [name, entries] of groupByName(source.roots)) {
    const candidates: Candidate[] = [];
    for (const entry of entries) candidates.push(...(await finder.find(entry, 0)));
    const isChoice = entries.length > 1 || entries.some((entry) => isIndexType(entry.mediaType));
    for (const candidate of choose(candidates, wanted, isChoice)) {
      const image = await openCandidate(source, candidate, wanted);
      images.push({ image, references: name === '' ? [] : [name] });
    }
  }
  return joinNames(images);
}

/** Every listed image, for any platform. @throws AppError as `imagesIn` */
export async function allImagesIn(
  source: ImageSource,
  request: ReadRequest,
): Promise<FoundImage[]> {
  const images: FoundImage[] = [];
  for (const root of source.roots) {
    const raw = await source.manifest(root, request);
    const manifest = decodeManifest(raw.bytes, raw.descriptor.mediaType);
    const image = imageOf(source, await readDocuments(source, { raw, manifest }, request), request);
    images.push({ image, references: annotatedNames(root.annotations) });
  }
  return joinNames(images);
}

/** Entries of one name are variants of one image; `''` means no name. */
function groupByName(entries: readonly Descriptor[]): Map<string, Descriptor[]> {
  const groups = new Map<string, Descriptor[]>();
  for (const entry of entries) {
    const name = annotatedNames(entry.annotations)[0] ?? '';
    groups.set(name, [...(groups.get(name) ?? []), entry]);
  }
  return groups;
}

class CandidateFinder {
  readonly #source: ImageSource;
  readonly #request: ReadRequest;
  #read = 0;

  constructor(source: ImageSource, request: ReadRequest) {
    this.#source = source;
    this.#request = request;
  }

  async find(descriptor: Descriptor, depth: number): Promise<Candidate[]> {
    const isIndex = isIndexType(descriptor.mediaType);
    if (!isIndex && !isManifestType(descriptor.mediaType)) return [];
    if (isAttestation(descriptor)) return [];
    // The archive may have only a part of a multi-platform image, but must have its own roots.
    if (depth > 0 && !(await this.#source.hasBlob(descriptor.digest))) return [];
    if (depth > MAX_DEPTH || ++this.#read > MAX_MANIFESTS) {
      throw new AppError(
        'ARCHIVE_LIMIT',
        'the archive has too many indexes, or they are nested too deeply',
        {
          hint: 'no container tool writes such an archive',
        },
      );
    }
    const raw = await this.#source.manifest(descriptor, this.#request);
    if (!isIndex) return this.#manifest(descriptor, raw);
    const candidates: Candidate[] = [];
    for (const entry of decodedIndex(raw).index.manifests) {
      candidates.push(...(await this.find(entry, depth + 1)));
    }
    return candidates;
  }

  async #manifest(descriptor: Descriptor, raw: RawManifest): Promise<Candidate[]> {
    const manifest = decodeManifest(raw.bytes, raw.descriptor.mediaType);
    if (!isImage(manifest)) return [];
    const documents = await readDocuments(this.#source, { raw, manifest }, this.#request);
    return [{ documents, platform: descriptor.platform ?? documents.config }];
  }
}

/** A single image is taken as it is, as by `docker load`; of several, all of the best platform. */
function choose(
  candidates: readonly Candidate[],
  wanted: Wanted,
  isChoice: boolean,
): readonly Candidate[] {
  if (candidates.length === 0 || (!isChoice && !wanted.explicit)) return candidates;
  const platforms = candidates.map((candidate) => candidate.platform);
  const best = selectPlatform(wanted.platform, platforms);
  const platform = best === undefined ? undefined : platforms[best];
  if (platform === undefined) throw noPlatform(wanted.platform, platforms);
  const chosen = formatPlatform(platform);
  return candidates.filter((candidate) => formatPlatform(candidate.platform) === chosen);
}

/** The error that lists the available images. */
export function noPlatform(wanted: Platform, offered: readonly Platform[]): AppError {
  const list = [...new Set(offered.map(formatPlatform))].join(', ');
  return new AppError(
    'IMAGE_PLATFORM_MISMATCH',
    `the archive has no image for ${formatPlatform(wanted)}`,
    { expected: `one of its platforms: ${list}`, hint: 'choose one with --platform' },
  );
}

async function openCandidate(
  source: ImageSource,
  { documents }: Candidate,
  request: ReadRequest,
): Promise<Image> {
  checkLayers(documents.manifest, 'the image');
  for (const { digest } of documents.manifest.layers) {
    if (!(await source.hasBlob(digest))) throw lacking(source, digest);
  }
  return imageOf(source, documents, request);
}

function lacking({ label }: ImageSource, digest: Digest): AppError {
  return new AppError('ARCHIVE_MEMBER_MISSING', `${label} has no ${digest}`, {
    hint: 'the archive is incomplete; save or copy it again',
  });
}

/** One image under several names is listed once for each. */
function joinNames(images: readonly FoundImage[]): FoundImage[] {
  const joined = new Map<Digest, FoundImage>();
  for (const { image, references } of images) {
    const key = digestOf(image.configBytes);
    const known = joined.get(key) ?? { image, references: [] };
    joined.set(key, { ...known, references: [...known.references, ...references] });
  }
  return [...joined.values()];
}
