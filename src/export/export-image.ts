/**
 * Images as archives other tools read: an OCI layout, and the archive of `docker save`, which is an OCI layout with
 * `manifest.json`. Either is written as a tar or as a directory.
 */

import { type Destination, writeTo } from '../destination/index.ts';
import {
  type ArchiveFile,
  type Blob,
  type Bundle,
  type BundleOptions,
  blobName,
  blobsOf,
  bundleOf,
  countLayers,
  type ImageRecords,
  indexEntries,
  indexOf,
  type LayerEncoding,
  type Progress,
  shortName,
  smallFile,
  tarOf,
  unnamedEntry,
  writeLayout,
} from '../image/index.ts';
import { canonicalJson, type Descriptor, type Digest } from '../oci/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';

/** An image and the names it is to have in the archive. */
export interface NamedImage {
  readonly image: ImageRecord;
  /** In any form; those without a tag get `latest`. */
  readonly references: readonly string[];
}

export interface ArchiveOptions {
  /** A path or a stream; the path of a directory when `tar` is false. */
  readonly dest: Destination;
  /** Default true; false: a layout directory, in which other images stay. */
  readonly tar?: boolean | undefined;
  /** Seconds since the epoch: the time of the files in the tar. Default 0. */
  readonly epoch?: number | undefined;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Default encoding: `gzip`. */
export type ExportOptions = ArchiveOptions & Partial<LayerEncoding>;

export interface ExportedImage {
  /** Names the image's manifest, or index, as `index.json` does, but without the names given to it there. */
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

/** What one archive of the result of a build holds. */
export interface BundleToExport {
  /** One for each platform. */
  readonly images: ImageRecords;
  readonly references: readonly string[];
  readonly content: Omit<BundleOptions, 'finished' | 'signal' | 'keepManifest'>;
}

/**
 * Writes a bundle as an archive, in which its manifest or index has the names.
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
  const { dest, tar = true, epoch = 0, signal } = options;
  const files = archiveFiles(members, options.format);
  const entries = members.flatMap(({ bundle, references }) => indexEntries(bundle, references));
  if (tar) {
    const index = smallFile('index.json', canonicalJson(indexOf(entries)));
    await writeTo(dest, tarOf([...files, index], epoch), signal);
  } else {
    await writeLayout(dest, { files, entries, signal });
  }
  return members.map(({ bundle }) => ({
    descriptor: unnamedEntry(bundle),
    config: bundle.images[0].config.descriptor,
    bytes: blobsOf(bundle).reduce((sum, blob) => sum + blob.descriptor.size, 0),
  }));
}

/** An image that is asked for under several names is one image of the archive. */
function joinNames(images: readonly NamedImage[]): NamedImage[] {
  const joined = new Map<Digest, NamedImage>();
  for (const { image, references } of images) {
    const known = joined.get(image.id)?.references ?? [];
    joined.set(image.id, { image, references: [...new Set([...known, ...references])] });
  }
  return [...joined.values()];
}

/** All files but `index.json`; blobs first, then what names them. */
function archiveFiles(members: readonly Member[], format: 'oci' | 'docker'): ArchiveFile[] {
  const blobs = members.flatMap(({ bundle }) => blobsOf(bundle));
  const files = new Map(blobs.map((blob) => [blobName(blob.descriptor), blobFile(blob)]));
  const layout = smallFile('oci-layout', canonicalJson({ imageLayoutVersion: '1.0.0' }));
  if (format === 'oci') return [...files.values(), layout];
  const manifest = smallFile('manifest.json', canonicalJson(members.map(dockerEntry)));
  return [...files.values(), manifest, layout];
}

function blobFile({ descriptor, read }: Blob): ArchiveFile {
  return { name: blobName(descriptor), size: descriptor.size, read };
}

function dockerEntry({ bundle, references }: Member): Record<string, unknown> {
  const [{ config, layers }] = bundle.images;
  return {
    Config: blobName(config.descriptor),
    RepoTags: references.length === 0 ? null : references.map(shortName),
    Layers: layers.map((layer) => blobName(layer.descriptor)),
  };
}
