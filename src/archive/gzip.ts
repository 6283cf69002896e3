/**
 * Parallel gzip. Splits the input into blocks of a fixed size and deflates each one separately, with the previous 32
 * KiB as dictionary. So the output depends only on the input, the level and the release of zlib, not on the number of
 * cores or the input's chunks. Blocks that do not compress, such as those of pictures and archives, are stored: zlib
 * would spend as much time on them as on ten times as much text. The header contains neither time nor name.
 */
import { constants, crc32, deflateRaw, type ZlibOptions } from 'node:zlib';
import { blocks } from './blocks.ts';

const BLOCK = 512 * 1024;
const DICTIONARY = 32 * 1024;
/** Concurrent blocks: enough for Node's four pool threads. */
const MAX_PENDING = 6;
/** Those of the concurrent blocks, the one being filled, and the one before the oldest: its dictionary. */
const BUFFERS = MAX_PENDING + 2;
/** Output that is as large as the input needs no second buffer. */
const OUTPUT = BLOCK + 1024;
/** Its output is nearest to that of Docker and BuildKit, whose level 6 is that of Go's gzip. */
const DEFAULT_LEVEL = 5;
/** The largest stored block of deflate. */
const STORED = 65_535;
/** Bytes in the middle of a block that decide whether it compresses, if its bytes look random. */
const PROBE = 64 * 1024;
/** Part of the probe that compressing must save. */
const WORTHWHILE = 0.02;
/** Bits a byte; random bytes have 8, and 7.99 in a sample of this size. */
const RANDOM_ENTROPY = 7.9;
const SAMPLE_STEP = 31;
/** An empty final deflate block. */
const LAST_BLOCK = Buffer.from([0x03, 0x00]);

export interface GzipOptions {
  /** 0 (stored), 1 (fast) to 9 (small); default 5, the size of Docker's and BuildKit's layers within 1 %. */
  readonly level?: number | undefined;
}

/**
 * Compresses a stream into one gzip member. The caller owns the chunks.
 * @param source its chunks are copied before the next one is requested
 */
export async function* compressGzip(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { level = DEFAULT_LEVEL }: GzipOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  yield gzipHeader(level);
  let crc = 0;
  let size = 0;
  let dictionary: Buffer = Buffer.alloc(0);
  const pending: Promise<Buffer>[] = [];
  try {
    for await (const block of blocks(source, BLOCK, BUFFERS)) {
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

async function deflateBlock(
  block: Buffer,
  { level, dictionary }: { level: number; dictionary: Buffer },
): Promise<Buffer> {
  if (level === 0 || (await isIncompressible(block))) return stored(block);
  const options = {
    level,
    // Ends with an empty stored block, so on a byte boundary.
    finishFlush: constants.Z_SYNC_FLUSH,
    chunkSize: OUTPUT,
    ...(dictionary.length > 0 && { dictionary }),
  };
  return deflate(block, options);
}

function deflate(bytes: Buffer, options: ZlibOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    deflateRaw(bytes, options, (error, result) =>
      error === null ? resolve(result) : reject(error),
    );
  });
}

async function isIncompressible(block: Buffer): Promise<boolean> {
  if (block.length < PROBE || entropy(block) < RANDOM_ENTROPY) return false;
  const start = (block.length - PROBE) >> 1;
  const probe = block.subarray(start, start + PROBE);
  const { length } = await deflate(probe, { level: 1, chunkSize: PROBE + 1024 });
  return length > PROBE * (1 - WORTHWHILE);
}

/** Of single bytes, from a sample. */
function entropy(block: Buffer): number {
  const counts = new Uint32Array(256);
  let total = 0;
  for (let at = 0; at < block.length; at += SAMPLE_STEP) {
    const byte = block[at] ?? 0;
    counts[byte] = (counts[byte] ?? 0) + 1;
    total++;
  }
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / total) * Math.log2(count / total);
  return bits;
}

/** The block as stored blocks of deflate. https://www.rfc-editor.org/rfc/rfc1951#section-3.2.4 */
function stored(block: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < block.length; at += STORED) {
    const piece = block.subarray(at, at + STORED);
    const head = Buffer.alloc(5);
    head.writeUInt16LE(piece.length, 1);
    head.writeUInt16LE(0xffff - piece.length, 3);
    pieces.push(head, piece);
  }
  return Buffer.concat(pieces);
}

/** Compresses bytes to a separate gzip member, on a pool thread. */
export async function gzipMember(bytes: Buffer, level: number): Promise<Buffer> {
  const deflated = await deflate(bytes, { level });
  return Buffer.concat([gzipHeader(level), deflated, gzipTrailer(crc32(bytes), bytes.length)]);
}

function gzipTrailer(crc: number, size: number): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(size % 2 ** 32, 4);
  return trailer;
}
