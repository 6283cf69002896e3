/**
 * A bzip2 decoder. Blocks are independent and hold at most 900 KB, so each is decoded in one go from memory. The format
 * has no official specification; it is described in
 * https://github.com/dsnet/compress/blob/master/doc/bzip2-format.pdf
 */
import type { ByteSource } from './byte-source.ts';
import { badCompression, truncated, unsupported } from './failures.ts';

/** No block is larger: 900,000 symbols of at most 20 bits, 18,002 selectors of 6 bits, and tables. */
const MAX_BLOCK_BYTES = 2_500_000;
const MAX_SELECTORS = 18_002;
const MAX_CODE_LENGTH = 20;
const GROUP_SIZE = 50;
const BLOCK_MAGIC_HIGH = 0x314159;
const BLOCK_MAGIC_LOW = 0x265359;
const END_MAGIC_HIGH = 0x177245;
const END_MAGIC_LOW = 0x385090;

/**
 * Decodes one or more concatenated bzip2 streams; ignores anything else after them.
 * @throws AppError ARCHIVE_CORRUPT, ARCHIVE_TRUNCATED, ARCHIVE_UNSUPPORTED
 */
export async function* decodeBzip2(
  source: ByteSource,
): AsyncGenerator<Uint8Array, void, undefined> {
  let isFirst = true;
  for (;;) {
    const header = (await source.fill(4)).toString('latin1', 0, 4);
    if (!/^BZh[1-9]$/.test(header)) {
      if (isFirst) throw damaged('no header');
      return;
    }
    isFirst = false;
    source.skip(4);
    yield* decodeStream(source, Number(header[3]) * 100_000);
  }
}

/** Blocks start at any bit: `bitOffset` is the number of used bits in the first buffered byte. */
async function* decodeStream(
  source: ByteSource,
  blockSize: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const decoder = new BlockDecoder(blockSize);
  let bitOffset = 0;
  let streamCrc = 0;
  for (;;) {
    const bits = new BitReader(await source.fill(MAX_BLOCK_BYTES), bitOffset);
    const high = bits.read(24);
    const low = bits.read(24);
    const crc = bits.read32();
    const isBlock = high === BLOCK_MAGIC_HIGH && low === BLOCK_MAGIC_LOW;
    if (!isBlock && (high !== END_MAGIC_HIGH || low !== END_MAGIC_LOW))
      throw damaged('no block header');
    if (!isBlock) {
      if (crc !== streamCrc) throw damaged('wrong checksum');
      source.skip(bits.bytesTouched);
      return;
    }
    const output = decoder.decode(bits);
    if (blockCrc(output) !== crc) throw damaged('wrong checksum');
    streamCrc = (((streamCrc << 1) | (streamCrc >>> 31)) ^ crc) >>> 0;
    source.skip(bits.wholeBytes);
    bitOffset = bits.bitOffset;
    yield output;
  }
}

class BitReader {
  readonly #bytes: Buffer;
  #position: number;
  #held = 0;
  #count = 0;

  constructor(bytes: Buffer, bitOffset: number) {
    this.#bytes = bytes;
    this.#position = 0;
    if (bitOffset > 0) this.read(bitOffset);
  }

  /** The next 1 to 24 bits, most significant first. */
  read(count: number): number {
    this.#refill(count);
    this.#count -= count;
    return (this.#held >>> this.#count) & ((1 << count) - 1);
  }

  read32(): number {
    return ((this.read(16) << 16) | this.read(16)) >>> 0;
  }

  /** The next bits, without consuming them; zeros after the end. */
  peek(count: number): number {
    while (this.#count < count) this.#pull(0);
    return (this.#held >>> (this.#count - count)) & ((1 << count) - 1);
  }

  /** Consumes bits. */
  drop(count: number): void {
    this.#count -= count;
    if (this.#position - (this.#count >> 3) > this.#bytes.length) throw cutOff();
  }

  get wholeBytes(): number {
    return this.#position - Math.ceil(this.#count / 8);
  }

  get bytesTouched(): number {
    return this.#position - (this.#count >> 3);
  }

  /** Used bits of the byte at `wholeBytes`. */
  get bitOffset(): number {
    return (8 - (this.#count % 8)) % 8;
  }

  #refill(count: number): void {
    while (this.#count < count) {
      if (this.#position >= this.#bytes.length) throw cutOff();
      this.#pull(0);
    }
  }

  #pull(beyond: number): void {
    this.#held = ((this.#held << 8) | (this.#bytes[this.#position] ?? beyond)) >>> 0;
    this.#position++;
    this.#count += 8;
  }
}

/** One Huffman code: canonical, at most 20 bits. */
interface Code {
  /** For each length: the largest code of it, left-aligned to 20 bits; -1 if there is none. */
  readonly limits: Int32Array;
  /** For each length: subtract this from a code to get its index in `symbols`. */
  readonly offsets: Int32Array;
  readonly symbols: Uint16Array;
  readonly minLength: number;
  readonly maxLength: number;
}

class BlockDecoder {
  readonly #blockSize: number;
  /** Low 8 bits: the last column of the sorted rotations; above them: the links that undo the sorting. */
  readonly #links: Uint32Array;

  constructor(blockSize: number) {
    this.#blockSize = blockSize;
    this.#links = new Uint32Array(blockSize);
  }

  decode(bits: BitReader): Buffer {
    if (bits.read(1) === 1)
      throw unsupported('the bzip2 data uses randomised blocks, an obsolete form');
    const origin = bits.read(24);
    const alphabet = readAlphabet(bits);
    const groupCount = bits.read(3);
    if (groupCount < 2 || groupCount > 6) throw damaged('bad number of code tables');
    const selectors = readSelectors(bits, groupCount);
    const codes = Array.from({ length: groupCount }, () => readCode(bits, alphabet.length + 2));
    const counts = new Uint32Array(256);
    const length = this.#readSymbols(bits, { alphabet, selectors, codes, counts });
    if (origin >= length) throw damaged('bad origin');
    this.#link(counts, length);
    return undoRuns(this.#links, origin, length);
  }

  /** Decodes the Huffman codes, the runs of zeros and the move-to-front; returns the number of bytes. */
  #readSymbols(
    bits: BitReader,
    tables: { alphabet: Uint8Array; selectors: Uint8Array; codes: Code[]; counts: Uint32Array },
  ): number {
    const { alphabet, selectors, codes, counts } = tables;
    const links = this.#links;
    const endSymbol = alphabet.length + 1;
    let length = 0;
    let run = 0;
    let runBit = 1;
    for (let index = 0; ; index++) {
      const code = codes[selectors[(index / GROUP_SIZE) | 0] ?? -1];
      if (code === undefined) throw damaged('too few selectors');
      const symbol = readSymbol(bits, code);
      if (symbol <= 1) {
        run += runBit << symbol;
        runBit <<= 1;
        if (run > this.#blockSize) throw damaged('block too long');
        continue;
      }
      if (run > 0) {
        const byte = alphabet[0] ?? 0;
        if (length + run > this.#blockSize) throw damaged('block too long');
        links.fill(byte, length, length + run);
        counts[byte] = (counts[byte] ?? 0) + run;
        length += run;
        run = 0;
        runBit = 1;
      }
      if (symbol === endSymbol) return length;
      if (length >= this.#blockSize) throw damaged('block too long');
      const position = symbol - 1;
      const byte = alphabet[position] ?? 0;
      alphabet.copyWithin(1, 0, position);
      alphabet[0] = byte;
      links[length++] = byte;
      counts[byte] = (counts[byte] ?? 0) + 1;
    }
  }

  /** Inverts the Burrows-Wheeler transform: links each byte to the one that follows it. */
  #link(counts: Uint32Array, length: number): void {
    const links = this.#links;
    const starts = new Uint32Array(256);
    let sum = 0;
    for (let byte = 0; byte < 256; byte++) {
      starts[byte] = sum;
      sum += counts[byte] ?? 0;
    }
    for (let index = 0; index < length; index++) {
      const byte = (links[index] ?? 0) & 0xff;
      const position = starts[byte] ?? 0;
      starts[byte] = position + 1;
      links[position] = (links[position] ?? 0) | (index << 8);
    }
  }
}

/** Bytes that occur in the block, in order: two levels of bit maps. */
function readAlphabet(bits: BitReader): Uint8Array {
  const groups = bits.read(16);
  const bytes: number[] = [];
  for (let group = 0; group < 16; group++) {
    if ((groups & (0x8000 >> group)) === 0) continue;
    const members = bits.read(16);
    for (let member = 0; member < 16; member++) {
      if ((members & (0x8000 >> member)) !== 0) bytes.push(group * 16 + member);
    }
  }
  if (bytes.length === 0) throw damaged('no symbols');
  return Uint8Array.from(bytes);
}

/** Which code table each group of 50 symbols uses, move-to-front in unary. */
function readSelectors(bits: BitReader, groupCount: number): Uint8Array {
  const count = bits.read(15);
  if (count === 0) throw damaged('no selectors');
  const order = Array.from({ length: groupCount }, (_, index) => index);
  const selectors = new Uint8Array(Math.min(count, MAX_SELECTORS));
  for (let index = 0; index < count; index++) {
    let position = 0;
    while (bits.read(1) === 1) if (++position >= groupCount) throw damaged('bad selector');
    const [table = 0] = order.splice(position, 1);
    order.unshift(table);
    // Some encoders write more selectors than a block can use.
    if (index < MAX_SELECTORS) selectors[index] = table;
  }
  return selectors;
}

function readCode(bits: BitReader, symbolCount: number): Code {
  const lengths = new Uint8Array(symbolCount);
  let length = bits.read(5);
  for (let symbol = 0; symbol < symbolCount; symbol++) {
    for (;;) {
      if (length < 1 || length > MAX_CODE_LENGTH) throw damaged('bad code length');
      if (bits.read(1) === 0) break;
      length += bits.read(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  return makeCode(lengths);
}

function makeCode(lengths: Uint8Array): Code {
  const limits = new Int32Array(MAX_CODE_LENGTH + 1).fill(-1);
  const offsets = new Int32Array(MAX_CODE_LENGTH + 1);
  const symbols = new Uint16Array(lengths.length);
  let position = 0;
  let code = 0;
  for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
    offsets[length] = code - position;
    const before = position;
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] === length) symbols[position++] = symbol;
    }
    code += position - before;
    if (position > before) limits[length] = ((code << (MAX_CODE_LENGTH - length)) - 1) | 0;
    code <<= 1;
  }
  return {
    limits,
    offsets,
    symbols,
    minLength: Math.min(...lengths),
    maxLength: Math.max(...lengths),
  };
}

function readSymbol(bits: BitReader, code: Code): number {
  const window = bits.peek(MAX_CODE_LENGTH);
  for (let length = code.minLength; length <= code.maxLength; length++) {
    if (window > (code.limits[length] ?? -1)) continue;
    bits.drop(length);
    const symbol =
      code.symbols[(window >>> (MAX_CODE_LENGTH - length)) - (code.offsets[length] ?? 0)];
    if (symbol === undefined) break;
    return symbol;
  }
  throw damaged('bad code');
}

/** Follows the links and undoes the first run-length coding: four equal bytes are followed by a count. */
function undoRuns(links: Uint32Array, origin: number, length: number): Buffer {
  let output: Buffer = Buffer.allocUnsafe(length + 1024);
  let size = 0;
  let entry = links[origin] ?? 0;
  let last = -1;
  let repeats = 0;
  for (let index = 0; index < length; index++) {
    entry = links[entry >>> 8] ?? 0;
    const byte = entry & 0xff;
    if (size + 256 > output.length) output = grown(output, size);
    if (repeats === 4) {
      output.fill(last, size, size + byte);
      size += byte;
      repeats = 0;
      last = -1;
      continue;
    }
    repeats = byte === last ? repeats + 1 : 1;
    last = byte;
    output[size++] = byte;
  }
  return output.subarray(0, size);
}

/** A block of 900 KB may expand to 46 MB of zeros, so the buffer grows with the actual output. */
function grown(output: Buffer, size: number): Buffer {
  const larger = Buffer.allocUnsafe(output.length * 2);
  output.copy(larger, 0, 0, size);
  return larger;
}

/** Made for the first block: few builds have one. */
let crcTable: Uint32Array | undefined;

function makeCrcTable(): Uint32Array {
  const table = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte << 24;
    for (let bit = 0; bit < 8; bit++)
      crc = (crc & 0x80000000) !== 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
    table[byte] = crc >>> 0;
  }
  return table;
}

/** The CRC-32 of gzip with the bits in the other order. */
function blockCrc(bytes: Buffer): number {
  crcTable ??= makeCrcTable();
  let crc = 0xffffffff;
  for (let index = 0; index < bytes.length; index++) {
    crc = (crc << 8) ^ (crcTable[(crc >>> 24) ^ (bytes[index] ?? 0)] ?? 0);
  }
  return ~crc >>> 0;
}

function damaged(what: string): Error {
  return badCompression('bzip2', what);
}

function cutOff(): Error {
  return truncated('inside the bzip2 data');
}
