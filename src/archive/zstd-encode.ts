/**
 * zstd, compressed into one frame. The output depends on the input, the level and the release of zstd in Node.js.
 * https://www.rfc-editor.org/rfc/rfc8878
 */

import { versions } from 'node:process';
import { constants, createZstdCompress } from 'node:zlib';
import { blocks } from './blocks.ts';
import { throughTransform } from './transform.ts';

export interface ZstdOptions {
  /** 1 (fast) to 22 (small); default and 0: 3. */
  readonly level?: number | undefined;
}

const BLOCK = 512 * 1024;
const DEFAULT_LEVEL = 3;
/** From this level on, windows exceed the 8 MiB that every decoder must support. */
const ULTRA_LEVEL = 20;
const MAX_WINDOW_LOG = 23;

/** The release of zstd that determines the output of `compressZstd`. */
export function zstdRelease(): string {
  return versions.zstd ?? process.version;
}

/**
 * Compresses a stream into one frame with a checksum. The caller owns the chunks.
 * @param source its chunks are copied before the next one is requested
 */
export async function* compressZstd(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { level = 0 }: ZstdOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = createZstdCompress({
    chunkSize: 2 * BLOCK,
    params: {
      [constants.ZSTD_c_compressionLevel]: level === 0 ? DEFAULT_LEVEL : level,
      [constants.ZSTD_c_checksumFlag]: 1,
      ...(level >= ULTRA_LEVEL && { [constants.ZSTD_c_windowLog]: MAX_WINDOW_LOG }),
    },
  });
  yield* throughTransform(blocks(source, BLOCK, 2), encoder, 'zstd');
}
