/**
 * zstd. This file splits frames, since Node's decoder silently stops after the first one, and checks their sizes before
 * the decoder allocates.
 * https://www.rfc-editor.org/rfc/rfc8878
 */
import { createZstdDecompress } from 'node:zlib';
import type { ByteSource } from './byte-source.ts';
import { badCompression, tooLarge, truncated, unsupported } from './failures.ts';
import { throughTransform } from './transform.ts';

const FRAME_MAGIC = 0xfd2fb528;
const MAX_BLOCK = 128 * 1024;
/** The default limit of the zstd program and of Node. */
const MAX_WINDOW = 128 * 1024 * 1024;

/**
 * Decodes one or more frames; skips skippable ones.
 * @throws AppError ARCHIVE_CORRUPT, ARCHIVE_TRUNCATED, ARCHIVE_LIMIT, ARCHIVE_UNSUPPORTED
 */
export async function* decodeZstd(source: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  for (;;) {
    const start = await source.fill(18);
    if (start.length === 0) return;
    if (start.length < 8) throw cutOff();
    const magic = start.readUInt32LE(0);
    if (magic >>> 4 === 0x184d2a5) {
      await skipBytes(source, 8 + start.readUInt32LE(4));
    } else if (magic === FRAME_MAGIC) {
      const frame = frameBytes(source, readFrameHeader(start));
      yield* throughTransform(frame, createZstdDecompress(), 'zstd');
    } else {
      throw damaged('no frame header');
    }
  }
}

interface FrameHeader {
  readonly size: number;
  readonly hasChecksum: boolean;
}

function readFrameHeader(start: Buffer): FrameHeader {
  const descriptor = start[4] ?? 0;
  if ((descriptor & 0x08) !== 0) throw unsupported('the zstd data has an unknown version');
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionarySize = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const dictionaryStart = isSingleSegment ? 5 : 6;
  const sizeStart = dictionaryStart + dictionarySize;
  const sizeSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const size = sizeStart + sizeSize;
  if (start.length < size) throw cutOff();
  if (dictionarySize > 0 && start.readUIntLE(dictionaryStart, dictionarySize) !== 0) {
    throw unsupported('the zstd data needs a dictionary');
  }
  const window = isSingleSegment
    ? contentSize(start, sizeStart, sizeSize)
    : windowSize(start[5] ?? 0);
  if (window > MAX_WINDOW) throw tooLarge('the window of the zstd data', MAX_WINDOW);
  return { size, hasChecksum: (descriptor & 0x04) !== 0 };
}

function contentSize(start: Buffer, position: number, size: number): number {
  if (size === 8) return Number(start.readBigUInt64LE(position));
  return start.readUIntLE(position, size) + (size === 2 ? 256 : 0);
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** The bytes of one frame, delimited by the declared sizes of its blocks. */
async function* frameBytes(
  source: ByteSource,
  header: FrameHeader,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield await taken(source, header.size);
  for (;;) {
    const start = (await source.fill(3)).subarray(0, 3);
    if (start.length < 3) throw cutOff();
    const bits = start.readUIntLE(0, 3);
    const type = (bits >> 1) & 3;
    const size = bits >> 3;
    if (type === 3 || size > MAX_BLOCK) throw damaged('bad block');
    const isLast = (bits & 1) === 1;
    const checksumSize = isLast && header.hasChecksum ? 4 : 0;
    yield await taken(source, 3 + (type === 1 ? 1 : size) + checksumSize);
    if (isLast) return;
  }
}

async function taken(source: ByteSource, size: number): Promise<Buffer> {
  const bytes = await source.take(size);
  if (bytes === undefined) throw cutOff();
  return bytes;
}

async function skipBytes(source: ByteSource, count: number): Promise<void> {
  for (let rest = count; rest > 0; ) {
    const part = Math.min(rest, MAX_BLOCK);
    await taken(source, part);
    rest -= part;
  }
}

function damaged(what: string): Error {
  return badCompression('zstd', what);
}

function cutOff(): Error {
  return truncated('inside the zstd data');
}
