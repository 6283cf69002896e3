/**
 * Parallel gzip. Splits the input into blocks of a fixed size and deflates each one separately, with the previous 32
 * KiB as dictionary. So the output depends only on the input, the level and the release of zlib, not on the number of
 * cores or the input's chunks. The header contains neither time nor name.
 */
import { constants, crc32, deflateRaw } from 'node:zlib';
import { blocks } from './blocks.ts';

const BLOCK = 512 * 1024;
const DICTIONARY = 32 * 1024;
/** Concurrent blocks: enough for Node's four pool threads. */
const MAX_PENDING = 6;
/** An empty final deflate block. */
const LAST_BLOCK = Buffer.from([0x03, 0x00]);

export interface GzipOptions {
  /** 0 (stored), 1 (fast) to 9 (small); default 6. */
  readonly level?: number | undefined;
}

/**
 * Compresses a stream into one gzip member. The caller owns the chunks.
 * @param source its chunks are copied before the next one is requested
 */
export async function* compressGzip(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { level = 6 }: GzipOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  yield gzipHeader(level);
  let crc = 0;
  let size = 0;
  let dictionary: Buffer = Buffer.alloc(0);
  const pending: Promise<Buffer>[] = [];
  try {
    for await (const block of blocks(source, BLOCK)) {
      crc = crc32(block, crc);
      size += block.length;
      pending.push(deflateBlock(block, { level, dictionary }));
      dictionary = block.subarray(-DICTIONARY);
      if (pending.length >= MAX_PENDING) yield* oldest(pending);
    }
    while (pending.length > 0) yield* oldest(pending);
  } finally {
    // If the caller stops early, no rejection may remain unhandled.
    await Promise.allSettled(pending);
  }
  yield Buffer.concat([LAST_BLOCK, gzipTrailer(crc, size)]);
}

async function* oldest(pending: Promise<Buffer>[]): AsyncGenerator<Buffer, void, undefined> {
  const first = pending.shift();
  if (first !== undefined) yield await first;
}

/** No time, no name; 255 for the operating system, as Go writes it. */
function gzipHeader(level: number): Buffer {
  const speed = level === 9 ? 2 : level === 1 ? 4 : 0;
  return Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, speed, 255]);
}

function deflateBlock(
  block: Buffer,
  { level, dictionary }: { level: number; dictionary: Buffer },
): Promise<Buffer> {
  const options = {
    level,
    // Ends with an empty stored block, so on a byte boundary.
    finishFlush: constants.Z_SYNC_FLUSH,
    chunkSize: BLOCK,
    ...(dictionary.length > 0 && { dictionary }),
  };
  return new Promise((resolve, reject) => {
    deflateRaw(block, options, (error, result) =>
      error === null ? resolve(result) : reject(error),
    );
  });
}

/** Compresses bytes to a separate gzip member, on a pool thread. */
export async function gzipMember(bytes: Buffer, level: number): Promise<Buffer> {
  const deflated = await new Promise<Buffer>((resolve, reject) => {
    deflateRaw(bytes, { level }, (error, result) =>
      error === null ? resolve(result) : reject(error),
    );
  });
  return Buffer.concat([gzipHeader(level), deflated, gzipTrailer(crc32(bytes), bytes.length)]);
}

function gzipTrailer(crc: number, size: number): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(size % 2 ** 32, 4);
  return trailer;
}
