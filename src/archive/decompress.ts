/** Compressed streams, recognised by their first bytes. */
import { createGunzip } from 'node:zlib';
import { blocks } from './blocks.ts';
import { ByteSource } from './byte-source.ts';
import { decodeBzip2 } from './bzip2.ts';
import { throughTransform } from './transform.ts';
import { decodeXz } from './xz.ts';
import { decodeZstd } from './zstd.ts';

export type Compression = 'gzip' | 'bzip2' | 'xz' | 'zstd';

/** Bytes of a file that `detectCompression` needs. */
export const MAGIC_SIZE = 10;
const OUTPUT_CHUNK = 256 * 1024;
/** Networks give small chunks, and each is a turn of a pool thread. */
const INPUT_BLOCK = 128 * 1024;

/** The compression of a file by its first bytes; undefined if it is uncompressed or unknown. */
export function detectCompression(start: Uint8Array): Compression | undefined {
  const magic = Buffer.from(start.subarray(0, MAGIC_SIZE)).toString('latin1');
  if (magic.startsWith('\x1f\x8b\x08')) return 'gzip';
  // Followed by a block, or by the end of an empty stream.
  if (/^BZh[1-9](?:1AY&SY|\x17rE8P\x90)/.test(magic)) return 'bzip2';
  if (magic.startsWith('\xfd7zXZ\0')) return 'xz';
  if (/^(?:\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18)/.test(magic)) return 'zstd';
  return undefined;
}

/**
 * Decompresses gzip, bzip2, xz and zstd, and passes everything else through. A chunk is valid until the next one is
 * requested. Memory is bounded, the amount of output is not: the caller limits it.
 * @throws AppError ARCHIVE_CORRUPT, ARCHIVE_TRUNCATED, ARCHIVE_LIMIT, ARCHIVE_UNSUPPORTED; errors of the source,
 *   unchanged
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = new ByteSource(source);
  try {
    yield* decoded(bytes, detectCompression(await bytes.fill(MAGIC_SIZE)));
    // Read to the end, also after the compressed data: the source may verify its bytes there.
    for await (const _ of bytes.rest());
  } finally {
    await bytes.close();
  }
}

/** Copies lent chunks, for readers that keep them. */
export async function* ownChunks(
  lent: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of lent) yield Uint8Array.from(chunk);
}

function decoded(
  bytes: ByteSource,
  compression: Compression | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  switch (compression) {
    case 'gzip':
      return throughTransform(
        blocks(bytes.rest(), INPUT_BLOCK, 2),
        createGunzip({ chunkSize: OUTPUT_CHUNK }),
        'gzip',
      );
    case 'bzip2':
      return decodeBzip2(bytes);
    case 'xz':
      return decodeXz(bytes);
    case 'zstd':
      return decodeZstd(bytes);
    case undefined:
      return bytes.rest();
  }
}
