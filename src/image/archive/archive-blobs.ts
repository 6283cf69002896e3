/** Blobs and small documents of an archive, verified before they are used. */
import { AppError } from '../../errors.ts';
import { type Descriptor, digestHex, digestOf, RunningDigest } from '../../oci/index.ts';
import { type BlobReading, bytesOf } from '../model/image.ts';
import type { ManifestName } from '../model/transport.ts';
import { printable } from './archive-member-name.ts';
import type { ArchiveReader } from './archive-reader.ts';

/** Larger JSON documents are refused: real ones have some kilobytes. */
const MAX_JSON = 16 << 20;

/** The path of a blob in an OCI layout. */
export function blobName(descriptor: Pick<Descriptor, 'digest'>): string {
  return `blobs/sha256/${digestHex(descriptor.digest)}`;
}

/**
 * A whole JSON file; undefined when the archive has none of that name.
 *
 * @throws AppError ARCHIVE_LIMIT
 */
export async function readSmall(source: ArchiveReader, name: string): Promise<Buffer | undefined> {
  const size = await source.size(name);
  if (size === undefined) return undefined;
  if (size > MAX_JSON) {
    throw new AppError('ARCHIVE_LIMIT', `${printable(name)} has ${size} bytes`, {
      expected: `a JSON document of at most ${MAX_JSON} bytes`,
      hint: 'no container tool writes such an archive',
    });
  }
  return await bytesOf(source.read(name));
}

/** @throws AppError ARCHIVE_MEMBER_MISSING */
export async function requireSmall(source: ArchiveReader, name: string): Promise<Buffer> {
  return (await readSmall(source, name)) ?? missing(source, name);
}

/**
 * A JSON document named by a descriptor.
 *
 * @throws AppError ARCHIVE_MEMBER_MISSING, ARCHIVE_LIMIT, ARCHIVE_SIZE_MISMATCH, ARCHIVE_DIGEST_MISMATCH
 */
export async function readDocument(
  source: ArchiveReader,
  descriptor: ManifestName,
): Promise<Buffer> {
  const name = blobName(descriptor);
  await checkSize(source, name, descriptor.size);
  const bytes = await requireSmall(source, name);
  if (digestOf(bytes) !== descriptor.digest) throw digestMismatch(name);
  return bytes;
}

/**
 * The bytes of a layer; their digest is checked after the last one.
 *
 * @throws AppError ARCHIVE_MEMBER_MISSING, ARCHIVE_SIZE_MISMATCH, ARCHIVE_DIGEST_MISMATCH
 */
export async function* readBlob(
  source: ArchiveReader,
  descriptor: Descriptor,
  reading: BlobReading = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const name = blobName(descriptor);
  await checkSize(source, name, descriptor.size);
  const digest = reading.digest ?? new RunningDigest();
  for await (const chunk of source.read(name, reading)) {
    if (reading.digest === undefined) digest.update(chunk);
    yield chunk;
  }
  if (digest.value !== descriptor.digest) throw digestMismatch(name);
}

/** @throws AppError ARCHIVE_MEMBER_MISSING */
export function missing(source: Pick<ArchiveReader, 'label'>, name: string): never {
  throw new AppError('ARCHIVE_MEMBER_MISSING', `${source.label} has no ${printable(name)}`, {
    hint: 'the archive is incomplete; save or copy it again',
  });
}

export function digestMismatch(name: string): AppError {
  return new AppError(
    'ARCHIVE_DIGEST_MISMATCH',
    `the content of ${printable(name)} does not match its digest`,
    { hint: 'the archive is damaged or altered; download or create it again' },
  );
}

async function checkSize(
  source: ArchiveReader,
  name: string,
  expected: number | undefined,
): Promise<void> {
  const size = (await source.size(name)) ?? missing(source, name);
  if (expected === undefined || size === expected) return;
  throw new AppError(
    'ARCHIVE_SIZE_MISMATCH',
    `${printable(name)} has ${size} bytes, but its descriptor says ${expected}`,
    { hint: 'the archive is damaged or altered; download or create it again' },
  );
}
