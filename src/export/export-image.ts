/**
 * Images as archives other tools read: an OCI layout, and the archive of `docker save`, which is an OCI layout with
 * `manifest.json`. Either is written as a tar or as a directory.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../errors.ts';
import { canonicalJson, type Descriptor, type Digest } from '../oci/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import { blobName } from './archive-blobs.ts';
import { type ArchiveFile, smallFile, tarOf, writeFiles } from './archive-files.ts';
import { type Destination, readFileIfPresent, writeTo } from './destination.ts';
import { type ImageContent, imageContent } from './image-content.ts';
import type { Blob, Compression } from './layer-blobs.ts';
import { indexEntries, indexOf, mergeIndex } from './oci-index.ts';
import { countLayers, type Progress } from './progress.ts';
import { shortName } from './references.ts';

/** An image and the names it is to have in the archive. */
export interface NamedImage {
  readonly image: ImageRecord;
  /** In any form; those without a tag get `latest`. */
  readonly references: readonly string[];
}

export interface ExportOptions {
  /** A path or a stream; the path of a directory when `tar` is false. */
  readonly dest: Destination;
  /** Default `gzip`. The layers of loaded images are then written as they came. */
  readonly compression?: Compression | undefined;
  /** Default true; false: a layout directory, in which other images stay. */
  readonly tar?: boolean | undefined;
  /** Seconds since the epoch: the time of the files in the tar. Default 0. */
  readonly epoch?: number | undefined;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ExportedImage {
  /** Names the image's manifest in the archive, as `index.json` does. */
  readonly descriptor: Descriptor;
  readonly config: Descriptor;
}

/**
 * Writes one image as an OCI layout.
 *
 * @throws AppError EXPORT_DESTINATION, BLOB_DAMAGED
 */
export async function exportOci(
  store: Store,
  image: ImageRecord,
  options: ExportOptions & { readonly references?: readonly string[] | undefined },
): Promise<ExportedImage> {
  const named = { image, references: options.references ?? [] };
  const [exported] = await exportImages(store, [named], { ...options, format: 'oci' });
  if (exported === undefined) throw new Error('an image that was exported has no result');
  return exported;
}

/**
 * Writes an archive of several images for `docker load`; layers they share are in it once.
 *
 * @throws AppError EXPORT_DESTINATION, BLOB_DAMAGED
 */
export async function exportDocker(
  store: Store,
  images: readonly NamedImage[],
  options: ExportOptions,
): Promise<ExportedImage[]> {
  return exportImages(store, images, { ...options, format: 'docker' });
}

/**
 * Writes images in one archive. The same images give the same bytes as long as zlib's version is the same.
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
  const { dest, tar = true, epoch = 0, compression = 'gzip', signal } = options;
  const total = images.reduce((sum, { image }) => sum + image.layers.length, 0);
  const finished = countLayers(options.progress, 'exporting layers', total);
  const members: Member[] = [];
  for (const { image, references } of images) {
    signal?.throwIfAborted();
    const content = await imageContent(store, image, { compression, finished, signal });
    members.push({ content, entries: indexEntries(content, references), references });
  }
  const files = archiveFiles(members, options.format);
  const entries = members.flatMap((member) => member.entries);
  if (tar) {
    const index = smallFile('index.json', canonicalJson(indexOf(entries)));
    await writeTo(dest, tarOf([...files, index], epoch), signal);
  } else {
    await writeLayout(dest, { files, entries, signal });
  }
  return members.map(({ content, entries: [first] }) => ({
    descriptor: first ?? content.manifest.descriptor,
    config: content.config.descriptor,
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

interface Member {
  readonly content: ImageContent;
  readonly entries: readonly Descriptor[];
  readonly references: readonly string[];
}

/** All files but `index.json`; blobs first, then what names them. */
function archiveFiles(members: readonly Member[], format: 'oci' | 'docker'): ArchiveFile[] {
  const blobs = members.flatMap(({ content }) => [
    ...content.layers,
    content.config,
    content.manifest,
  ]);
  const files = new Map(blobs.map((blob) => [blobName(blob.descriptor), blobFile(blob)]));
  const layout = smallFile('oci-layout', canonicalJson({ imageLayoutVersion: '1.0.0' }));
  if (format === 'oci') return [...files.values(), layout];
  const manifest = smallFile('manifest.json', canonicalJson(members.map(dockerEntry)));
  return [...files.values(), manifest, layout];
}

function blobFile({ descriptor, read }: Blob): ArchiveFile {
  return { name: blobName(descriptor), size: descriptor.size, read };
}

function dockerEntry({ content, references }: Member): Record<string, unknown> {
  return {
    Config: blobName(content.config.descriptor),
    RepoTags: references.length === 0 ? null : references.map(shortName),
    Layers: content.layers.map((layer) => blobName(layer.descriptor)),
  };
}

interface Layout {
  readonly files: readonly ArchiveFile[];
  readonly entries: readonly Descriptor[];
  readonly signal: AbortSignal | undefined;
}

/** The index comes last: until then the images the directory had are what it holds. */
async function writeLayout(dest: Destination, layout: Layout): Promise<void> {
  if (typeof dest !== 'string') {
    throw new AppError('EXPORT_DESTINATION', 'a directory cannot be written to a stream', {
      hint: 'give a path as dest, or leave out tar=false',
    });
  }
  const known = await readFileIfPresent(join(dest, 'index.json'));
  if (known === undefined) await checkEmpty(dest);
  const index = known === undefined ? indexOf(layout.entries) : mergeIndex(known, layout.entries);
  const lacking: ArchiveFile[] = [];
  for (const file of layout.files) if (!(await hasBlob(dest, file))) lacking.push(file);
  const files = [...lacking, smallFile('index.json', canonicalJson(index))];
  await writeFiles(dest, files, layout.signal);
}

/** Blobs are named after their content and appear complete, so those that are there need not be written. */
async function hasBlob(directory: string, file: ArchiveFile): Promise<boolean> {
  if (!file.name.startsWith('blobs/')) return false;
  const stats = await stat(join(directory, file.name)).catch(() => undefined);
  return stats?.isFile() === true && stats.size === file.size;
}

async function checkEmpty(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  if (names.length === 0) return;
  throw new AppError('EXPORT_DESTINATION', `${directory} is not empty and holds no OCI layout`, {
    hint: 'name a new directory, or one that holds an OCI layout, to which the image is added',
  });
}
