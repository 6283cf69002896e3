/**
 * OCI layouts: `index.json` names manifests, or further indexes from which the manifest for the wanted platform is
 * chosen. What the archive does not hold (a multi-platform image saved in part) cannot be chosen.
 */
import { AppError } from '../../errors.ts';
import {
  type Descriptor,
  type Digest,
  decodeImageConfig,
  decodeIndex,
  decodeManifest,
  digestOf,
  formatPlatform,
  isIndexType,
  isManifestType,
  layerCompression,
  type Manifest,
  type Platform,
  selectPlatform,
} from '../../oci/index.ts';
import { blobName, missing, readBlob, readDocument } from '../archive/archive-blobs.ts';
import type { ArchiveSource } from '../archive/archive-source.ts';
import type { LoadableImage } from '../loadable-image.ts';
import { annotatedNames } from '../references.ts';
import type { LayerSource } from '../store/import-image.ts';

export interface Wanted {
  readonly platform: Platform;
  /** Whether the user asked for it: then an image for another platform is refused even if it is the only one. */
  readonly explicit: boolean;
  /**
   * Whether uncompressed layers are exported as they came. Not those of an archive of `docker save`, which has
   * uncompressed whatever its registry has compressed.
   */
  readonly keepTars: boolean;
}

/** A manifest that could be loaded. */
interface Candidate {
  readonly descriptor: Descriptor;
  readonly manifest: Manifest;
  readonly manifestBytes: Uint8Array;
  readonly configBytes: Uint8Array;
  readonly platform: Platform;
}

const MAX_DEPTH = 4;
const MAX_MANIFESTS = 1000;

/**
 * @throws AppError IMAGE_PLATFORM_MISMATCH, IMAGE_LAYER_UNSUPPORTED, and those of reading documents
 */
export async function ociImages(
  source: ArchiveSource,
  indexBytes: Uint8Array,
  wanted: Wanted,
): Promise<LoadableImage[]> {
  const finder = new CandidateFinder(source);
  const images: LoadableImage[] = [];
  for (const [name, entries] of groupByName(decodeIndex(indexBytes).manifests)) {
    const candidates: Candidate[] = [];
    for (const entry of entries) candidates.push(...(await finder.find(entry, 0)));
    const isChoice = entries.length > 1 || entries.some((entry) => isIndexType(entry.mediaType));
    for (const candidate of choose(candidates, wanted, isChoice)) {
      const references = name === '' ? [] : [name];
      images.push(await loadable(source, candidate, { references, keepTars: wanted.keepTars }));
    }
  }
  return joinNames(images);
}

/** Entries of one name are variants of one image; `''` stands for no name. */
function groupByName(entries: readonly Descriptor[]): Map<string, Descriptor[]> {
  const groups = new Map<string, Descriptor[]>();
  for (const entry of entries) {
    const name = annotatedNames(entry.annotations)[0] ?? '';
    groups.set(name, [...(groups.get(name) ?? []), entry]);
  }
  return groups;
}

class CandidateFinder {
  readonly #source: ArchiveSource;
  #read = 0;

  constructor(source: ArchiveSource) {
    this.#source = source;
  }

  async find(descriptor: Descriptor, depth: number): Promise<Candidate[]> {
    const isIndex = isIndexType(descriptor.mediaType);
    if (!isIndex && !isManifestType(descriptor.mediaType)) return [];
    if (isAttestation(descriptor)) return [];
    // Only a part of a multi-platform image may have been saved; what the archive itself promises must be there.
    const isThere = (await this.#source.size(blobName(descriptor))) !== undefined;
    if (!isThere && depth > 0) return [];
    if (depth > MAX_DEPTH || ++this.#read > MAX_MANIFESTS) {
      throw new AppError(
        'ARCHIVE_LIMIT',
        'the indexes of the archive are nested too deeply or too many',
        {
          hint: 'this is no image archive a container tool writes',
        },
      );
    }
    const bytes = await readDocument(this.#source, descriptor);
    if (!isIndex) return this.#manifest(descriptor, bytes);
    const candidates: Candidate[] = [];
    for (const entry of decodeIndex(bytes).manifests) {
      candidates.push(...(await this.find(entry, depth + 1)));
    }
    return candidates;
  }

  async #manifest(descriptor: Descriptor, manifestBytes: Uint8Array): Promise<Candidate[]> {
    const manifest = decodeManifest(manifestBytes, descriptor.mediaType);
    if (!isImage(manifest)) return [];
    const configBytes = await readDocument(this.#source, manifest.config);
    const platform = descriptor.platform ?? decodeImageConfig(configBytes);
    return [{ descriptor, manifest, manifestBytes, configBytes, platform }];
  }
}

function isAttestation({ annotations, platform }: Descriptor): boolean {
  return (
    annotations?.['vnd.docker.reference.type'] !== undefined ||
    (platform?.os === 'unknown' && platform.architecture === 'unknown')
  );
}

/** Manifests also carry signatures, charts and other things that are no images. */
function isImage(manifest: Manifest): boolean {
  return /^application\/vnd\.(?:oci\.image\.config|docker\.container\.image)\.v1\+json$/.test(
    manifest.config.mediaType,
  );
}

/** A lone image is taken as it is, as `docker load` does; of several, all of the best platform. */
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

/** The error that lists what there is. */
export function noPlatform(wanted: Platform, offered: readonly Platform[]): AppError {
  const list = [...new Set(offered.map(formatPlatform))].join(', ');
  return new AppError(
    'IMAGE_PLATFORM_MISMATCH',
    `the archive holds no image for ${formatPlatform(wanted)}`,
    { expected: `one of the platforms it holds: ${list}`, hint: 'choose one with --platform' },
  );
}

async function loadable(
  source: ArchiveSource,
  candidate: Candidate,
  { references, keepTars }: Pick<LoadableImage, 'references'> & Pick<Wanted, 'keepTars'>,
): Promise<LoadableImage> {
  const { manifest, manifestBytes, configBytes } = candidate;
  for (const layer of manifest.layers) {
    const name = blobName(layer);
    if ((await source.size(name)) === undefined) missing(source, name);
  }
  const layers = manifest.layers.map((descriptor) => {
    const layer = layerSource(source, descriptor);
    const isTar = layerCompression(descriptor.mediaType) === 'none';
    return isTar && !keepTars ? { ...layer, keep: undefined } : layer;
  });
  return { configBytes, manifestBytes, layers, references };
}

function layerSource(source: ArchiveSource, descriptor: Descriptor): LayerSource {
  if (layerCompression(descriptor.mediaType) === undefined) {
    throw new AppError(
      'IMAGE_LAYER_UNSUPPORTED',
      `a layer of the image has the unknown type ${JSON.stringify(descriptor.mediaType.slice(0, 200))}`,
      {
        hint: 'make the archive again with layers that are neither encrypted nor of a foreign kind',
      },
    );
  }
  return { read: () => readBlob(source, descriptor), keep: descriptor };
}

/** One image under several names is listed once for each. */
function joinNames(images: readonly LoadableImage[]): LoadableImage[] {
  const joined = new Map<Digest, LoadableImage>();
  for (const image of images) {
    const key = digestOf(image.configBytes);
    const known = joined.get(key) ?? { ...image, references: [] };
    joined.set(key, { ...known, references: [...known.references, ...image.references] });
  }
  return [...joined.values()];
}
