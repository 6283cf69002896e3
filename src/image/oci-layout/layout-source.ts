/** An OCI layout, a directory or a tar, as a source of images. */
import { join } from 'node:path';
import { AppError } from '../../errors.ts';
import {
  type Descriptor,
  type Digest,
  decodeIndex,
  decodeManifest,
  isIndexType,
  MEDIA_TYPES,
} from '../../oci/index.ts';
import { blobName, readBlob, readDocument, readSmall } from '../archive/archive-blobs.ts';
import {
  type ArchiveReader,
  directoryReader,
  type OpenArchiveOptions,
  openArchive,
} from '../archive/archive-reader.ts';
import type { ImageSource } from '../model/transport.ts';

/** Documents are small. */
const MAX_REFERRERS = 1000;

/** Opens a layout; its roots are all that it lists. @throws AppError ARCHIVE_… */
export async function openLayoutSource(
  path: string,
  options: OpenArchiveOptions,
): Promise<ImageSource> {
  const archive = await openArchive(path, options);
  try {
    const index = await readSmall(archive, 'index.json');
    if (index === undefined) throw noLayout(path);
    return layoutSource(archive, index);
  } catch (error) {
    await archive[Symbol.asyncDispose]();
    throw error;
  }
}

/** The layout in a directory; undefined if there is none. @throws AppError OCI_DOCUMENT_INVALID, ARCHIVE_LIMIT */
export async function openLayoutDirectory(directory: string): Promise<ImageSource | undefined> {
  const reader = directoryReader(directory);
  const index = await readSmall(reader, 'index.json');
  return index && layoutSource(reader, index);
}

/** The path of a blob of a layout in a directory. */
export function layoutBlobPath(directory: string, digest: Digest): string {
  return join(directory, blobName({ digest }));
}

/**
 * @param archive disposed of with the source
 * @param index the bytes of its `index.json`
 * @throws AppError OCI_DOCUMENT_INVALID
 */
export function layoutSource(archive: ArchiveReader, index: Uint8Array): ImageSource {
  const roots = decodeIndex(index).manifests;
  return {
    label: archive.label,
    roots,
    async manifest(name) {
      const bytes = await readDocument(archive, name);
      const { digest } = name;
      const listed = roots.find((root) => root.digest === digest);
      const mediaType = name.mediaType ?? listed?.mediaType ?? typeOf(bytes);
      return { descriptor: { mediaType, digest, size: bytes.length }, bytes };
    },
    blob: (descriptor, request) => readBlob(archive, descriptor, request),
    hasBlob: async (digest) => (await archive.size(blobName({ digest }))) !== undefined,
    referrers: (digest) => referrersIn(archive, roots, digest),
    [Symbol.asyncDispose]: () => archive[Symbol.asyncDispose](),
  };
}

/** Without a descriptor, the bytes themselves show their media type. */
function typeOf(bytes: Uint8Array): string {
  const document = parsed(bytes);
  if (typeof document !== 'object' || document === null) return MEDIA_TYPES.ociManifest;
  if ('mediaType' in document && typeof document.mediaType === 'string') return document.mediaType;
  return 'manifests' in document ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.ociManifest;
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    // The decoder reports the fault.
    return undefined;
  }
}

/** The index of a layout lists referrers, too. */
async function referrersIn(
  archive: ArchiveReader,
  roots: readonly Descriptor[],
  digest: Digest,
): Promise<readonly Descriptor[]> {
  const found: Descriptor[] = [];
  for (const entry of roots.slice(0, MAX_REFERRERS)) {
    if (isIndexType(entry.mediaType) || entry.digest === digest) continue;
    const bytes = await readDocument(archive, entry);
    if (decodeManifest(bytes, entry.mediaType).subject?.digest === digest) found.push(entry);
  }
  return found;
}

function noLayout(path: string): AppError {
  return new AppError('ARCHIVE_NO_IMAGE', `${path} is not an OCI layout: it has no index.json`, {
    hint: 'load archives of `docker save` before version 25 with `lamina load`',
  });
}
