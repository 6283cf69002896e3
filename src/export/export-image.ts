/**
 * Images as archives other tools read: an OCI layout, and the archive of `docker save`, which is an OCI layout with
 * `manifest.json`. Either is written as a tar or as a directory.
 */

import type { Destination } from '../destination/index.ts';
import { AppError } from '../errors.ts';
import {
  allBlobsOf,
  type Bundle,
  type BundleOptions,
  bundleOf,
  type Collection,
  collectionOf,
  countLayers,
  dockerArchiveDestination,
  type ImageDestination,
  type ImageRecords,
  type LayerEncoding,
  layoutArchive,
  layoutDirectory,
  namedAs,
  type Progress,
  writeCollections,
} from '../image/index.ts';
import type { Descriptor, Digest } from '../oci/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';

/** An image and its names in the archive. */
export interface NamedImage {
  readonly image: ImageRecord;
  /** In any form; those without a tag get `latest`. */
  readonly references: readonly string[];
}

export interface ArchiveOptions {
  /** A path or a stream; the path of a directory when `tar` is false. */
  readonly dest: Destination;
  /** Default true; false: a layout directory, which keeps its other images. */
  readonly tar?: boolean | undefined;
  /** Seconds since the epoch: the time of the files in the tar. Default 0. */
  readonly epoch?: number | undefined;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Default encoding: `gzip`. */
export type ExportOptions = ArchiveOptions & Partial<LayerEncoding>;

export interface ExportedImage {
  /** The descriptor of the image's manifest, or index, as in `index.json`, but without its names there. */
  readonly descriptor: Descriptor;
  readonly config: Descriptor;
  /** Of its blobs, as they are in the archive. */
  readonly bytes: number;
}

/**
 * Writes images in one archive. What was loaded is written as it came, unless `force` is set; the same images give the
 * same bytes as long as zlib's version is the same.
 *
 * @returns one result for each different image, in the order given
 * @throws AppError EXPORT_DESTINATION, BLOB_DAMAGED
 */
export async function exportImages(
  store: Store,
  namedImages: readonly NamedImage[],
  options: ExportOptions & { readonly format: 'oci' | 'docker' },
): Promise<ExportedImage[]> {
  const images = joinNames(namedImages);
  const total = images.reduce((sum, { image }) => sum + image.layers.length, 0);
  const finished = countLayers(options.progress, 'exporting layers', total);
  const { compression = 'gzip', force, level, signal } = options;
  const content = { compression, force, level, finished, signal, keepManifest: force !== true };
  const members: Member[] = [];
  for (const { image, references } of images) {
    signal?.throwIfAborted();
    members.push({ bundle: await bundleOf(store, [image], content), references });
  }
  return writeArchive(members, options);
}

/** The contents of the archive of one build result. */
export interface BundleToExport {
  /** One for each platform. */
  readonly images: ImageRecords;
  readonly references: readonly string[];
  readonly content: Omit<BundleOptions, 'finished' | 'signal' | 'keepManifest'>;
}

/**
 * Writes a bundle as an archive whose manifest or index has the names.
 *
 * @throws AppError EXPORT_DESTINATION, BLOB_DAMAGED
 */
export async function exportBundle(
  store: Store,
  { images, references, content }: BundleToExport,
  options: ArchiveOptions & { readonly format: 'oci' | 'docker' },
): Promise<ExportedImage> {
  const { progress, signal } = options;
  const total = images.reduce((sum, { layers }) => sum + layers.length, 0);
  const finished = countLayers(progress, 'exporting layers', total);
  const bundle = await bundleOf(store, images, { ...content, finished, signal });
  const [exported] = await writeArchive([{ bundle, references }], options);
  if (exported === undefined) throw new Error('a bundle that was exported has no result');
  return exported;
}

interface Member {
  readonly bundle: Bundle;
  readonly references: readonly string[];
}

async function writeArchive(
  members: readonly Member[],
  options: ArchiveOptions & { readonly format: 'oci' | 'docker' },
): Promise<ExportedImage[]> {
  await writeCollections(destinationOf(options), members.flatMap(collectionsOf));
  return members.map(({ bundle }) => ({
    descriptor: unnamed(bundle),
    config: bundle.images[0].manifest.config,
    bytes: allBlobsOf(bundle).reduce((sum, blob) => sum + blob.descriptor.size, 0),
  }));
}

function destinationOf({
  dest,
  format,
  tar = true,
  epoch,
  signal,
}: ArchiveOptions & { readonly format: 'oci' | 'docker' }): ImageDestination {
  if (!tar && typeof dest !== 'string') {
    throw new AppError('EXPORT_DESTINATION', 'cannot write a directory to a stream', {
      hint: 'set dest= to a path, or remove tar=false',
    });
  }
  const layout =
    tar || typeof dest !== 'string'
      ? layoutArchive(dest, { epoch, signal })
      : layoutDirectory(dest, { signal });
  return format === 'docker' ? dockerArchiveDestination(layout) : layout;
}

/** One for each name, as BuildKit and containerd write it. */
function collectionsOf({ bundle, references }: Member): Collection[] {
  const { root, ...rest } = collectionOf(bundle);
  const { bytes } = root;
  const descriptor = unnamed(bundle);
  if (references.length === 0) return [{ ...rest, root: { descriptor, bytes } }];
  return references.map((reference) => ({
    ...rest,
    root: { descriptor: namedAs(descriptor, reference), bytes },
  }));
}

/** The annotations of a bundle in `index.json` beside names. */
function unnamed({ root, images: [{ config }] }: Bundle): Descriptor {
  const { created } = config;
  const time = created === undefined ? {} : { [CREATED_ANNOTATION]: created };
  return { ...root.descriptor, annotations: { ...time, ...root.descriptor.annotations } };
}

const CREATED_ANNOTATION = 'org.opencontainers.image.created';

/** An image requested under several names is one image of the archive. */
function joinNames(images: readonly NamedImage[]): NamedImage[] {
  const joined = new Map<Digest, NamedImage>();
  for (const { image, references } of images) {
    const known = joined.get(image.id)?.references ?? [];
    joined.set(image.id, { image, references: [...new Set([...known, ...references])] });
  }
  return [...joined.values()];
}
