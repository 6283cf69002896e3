/**
 * The xz container: streams of blocks of LZMA2 data. All checksums are verified.
 * https://tukaani.org/xz/xz-file-format.txt
 */
import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ByteSource } from './byte-source.ts';
import { Crc64 } from './crc64.ts';
import { badCompression, truncated, unsupported } from './failures.ts';
import { Lzma2Decoder } from './lzma2.ts';

const HEADER_MAGIC = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);
const FOOTER_MAGIC = 'YZ';
const LZMA2 = 0x21;
const CHECK_SIZES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
/** The index repeats the sizes of all blocks; it is read only to find its end and verify its checksum. */
const MAX_RECORDS = 1 << 22;

/**
 * Decodes one or more concatenated xz streams, with padding between them.
 * @throws AppError ARCHIVE_CORRUPT, ARCHIVE_TRUNCATED, ARCHIVE_LIMIT, ARCHIVE_UNSUPPORTED
 */
export async function* decodeXz(source: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  do {
    const reader = new XzReader(source);
    const flags = await readStreamHeader(reader);
    const checkType = flags & 0x0f;
    for (;;) {
      const size = ((await reader.bytes(1))[0] ?? 0) * 4;
      if (size === 0) break;
      yield* decodeBlock(reader, { headerSize: size + 4, checkType });
    }
    await readIndex(reader);
    await readFooter(reader, flags);
  } while (await hasAnotherStream(source));
}

class XzReader {
  readonly #source: ByteSource;
  /** Bytes read since the last mark. */
  count = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  async bytes(count: number): Promise<Buffer> {
    const bytes = await this.#source.take(count);
    if (bytes === undefined) throw truncated('inside the xz data');
    this.count += count;
    return bytes;
  }
}

async function readStreamHeader(reader: XzReader): Promise<number> {
  const header = await reader.bytes(12);
  if (!header.subarray(0, 6).equals(HEADER_MAGIC)) throw damaged('no stream header');
  if (crc32(header.subarray(6, 8)) !== header.readUInt32LE(8)) throw damaged('wrong checksum');
  if (header[6] !== 0 || (header[7] ?? 0) > 0x0f)
    throw unsupported('the xz data has an unknown version');
  return header[7] ?? 0;
}

async function* decodeBlock(
  reader: XzReader,
  { headerSize, checkType }: { headerSize: number; checkType: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  const rest = Buffer.from(await reader.bytes(headerSize - 1));
  const decoder = new Lzma2Decoder(readBlockHeader(rest, headerSize));
  const check = new BlockCheck(checkType);
  reader.count = 0;
  for (;;) {
    const output = await decodeChunk(reader, decoder);
    if (output === undefined) break;
    check.update(output);
    yield output;
  }
  const paddingSize = (4 - (reader.count % 4)) % 4;
  if ((await reader.bytes(paddingSize)).some((byte) => byte !== 0)) throw damaged('bad padding');
  if (!check.agrees(await reader.bytes(CHECK_SIZES[checkType] ?? 0)))
    throw damaged('wrong checksum');
}

/** Returns the size of the dictionary; the optional sizes in the header are not needed. */
function readBlockHeader(rest: Buffer, headerSize: number): number {
  const sizeByte = Buffer.from([headerSize / 4 - 1]);
  const content = rest.subarray(0, rest.length - 4);
  if (crc32(content, crc32(sizeByte)) !== rest.readUInt32LE(rest.length - 4))
    throw damaged('wrong checksum');
  const flags = content[0] ?? 0;
  if ((flags & 0x3c) !== 0) throw unsupported('the xz data uses unknown options');
  const cursor = { position: 1 };
  if ((flags & 0x40) !== 0) readVariable(content, cursor);
  if ((flags & 0x80) !== 0) readVariable(content, cursor);
  const filter = readVariable(content, cursor);
  if ((flags & 0x03) !== 0 || filter !== LZMA2) {
    throw unsupported('the xz data uses a machine-code filter (BCJ) or a delta filter');
  }
  const propertySize = readVariable(content, cursor);
  const property = content[cursor.position] ?? 0xff;
  if (propertySize !== 1 || property > 40) throw damaged('bad block header');
  if (property === 40) return 0xffffffff;
  return (2 | (property & 1)) * 2 ** ((property >> 1) + 11);
}

/** A variable-length integer: groups of seven bits, lowest first. */
function readVariable(bytes: Buffer, cursor: { position: number }): number {
  let value = 0;
  for (let index = 0; index < 9; index++) {
    const byte = bytes[cursor.position++];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 128 ** index;
    if ((byte & 0x80) === 0) return value;
  }
  throw damaged('bad number');
}

/** The output of the next LZMA2 chunk; undefined after the last one. */
async function decodeChunk(reader: XzReader, decoder: Lzma2Decoder): Promise<Buffer | undefined> {
  const control = (await reader.bytes(1))[0] ?? 0;
  if (control === 0) return undefined;
  if (control < 0x80) {
    if (control > 2) throw damaged('bad chunk');
    const size = (await reader.bytes(2)).readUInt16BE(0) + 1;
    return decoder.copy(control, await reader.bytes(size));
  }
  const hasProperties = control >= 0xc0;
  const header = Buffer.from(await reader.bytes(hasProperties ? 5 : 4));
  const size = ((control & 0x1f) << 16) + header.readUInt16BE(0) + 1;
  const input = await reader.bytes(header.readUInt16BE(2) + 1);
  return decoder.decode(
    { control, size, properties: hasProperties ? header[4] : undefined },
    input,
  );
}

class BlockCheck {
  readonly #type: number;
  #crc32 = 0;
  readonly #crc64 = new Crc64();
  readonly #sha256: Hash | undefined;

  constructor(type: number) {
    this.#type = type;
    this.#sha256 = type === 10 ? createHash('sha256') : undefined;
  }

  update(bytes: Buffer): void {
    if (this.#type === 1) this.#crc32 = crc32(bytes, this.#crc32);
    else if (this.#type === 4) this.#crc64.update(bytes);
    else this.#sha256?.update(bytes);
  }

  /** Checksums of unknown types are ignored, as the format requires. */
  agrees(stored: Buffer): boolean {
    if (this.#type === 1) return stored.readUInt32LE(0) === this.#crc32;
    if (this.#type === 4) return stored.equals(this.#crc64.digest());
    return this.#sha256 === undefined || stored.equals(this.#sha256.digest());
  }
}

async function readIndex(reader: XzReader): Promise<void> {
  let crc = crc32(Buffer.from([0]));
  reader.count = 1;
  const number = async (): Promise<number> => {
    let value = 0;
    for (let index = 0; index < 9; index++) {
      const byte = await reader.bytes(1);
      crc = crc32(byte, crc);
      value += ((byte[0] ?? 0) & 0x7f) * 128 ** index;
      if ((byte[0] ?? 0) < 0x80) return value;
    }
    throw damaged('bad number');
  };
  const records = await number();
  if (records > MAX_RECORDS) throw damaged('index too large');
  for (let index = 0; index < records * 2; index++) await number();
  const paddingBytes = await reader.bytes((4 - (reader.count % 4)) % 4);
  crc = crc32(paddingBytes, crc);
  if ((await reader.bytes(4)).readUInt32LE(0) !== crc) throw damaged('wrong checksum');
}

async function readFooter(reader: XzReader, flags: number): Promise<void> {
  const footer = await reader.bytes(12);
  const agrees =
    footer.readUInt32LE(0) === crc32(footer.subarray(4, 10)) &&
    footer[8] === 0 &&
    footer[9] === flags &&
    footer.toString('latin1', 10) === FOOTER_MAGIC;
  if (!agrees) throw damaged('bad stream footer');
}

/** Skips padding; returns whether another stream follows. */
async function hasAnotherStream(source: ByteSource): Promise<boolean> {
  for (;;) {
    const bytes = await source.fill(4);
    if (bytes.length === 0) return false;
    if (bytes.length < 4 || bytes.readUInt32LE(0) !== 0) break;
    source.skip(4);
  }
  return (await source.fill(6)).subarray(0, 6).equals(HEADER_MAGIC) ? true : trailing();
}

function trailing(): never {
  throw damaged('unexpected data follows it');
}

function damaged(what: string): Error {
  return badCompression('xz', what);
}
