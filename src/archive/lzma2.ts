/**
 * The LZMA2 decoder: LZ77 with a range coder whose probabilities adapt. LZMA2 splits the data into chunks of at most 64
 * KiB compressed and 2 MiB uncompressed, each decoded in one go from memory.
 */
import { badCompression, tooLarge } from './failures.ts';

const MAX_DICTIONARY = 256 * 1024 * 1024;
/** Extra output space after the dictionary, so that old bytes are rarely moved. */
const SLACK = 4 * 1024 * 1024;
const MAX_CHUNK = 2 * 1024 * 1024;

/**
 * The last bytes of output, to which matches refer. The dictionary size in a file is only a claim: memory grows with
 * the actual output.
 */
class Window {
  readonly #size: number;
  bytes: Buffer = Buffer.allocUnsafe(64 * 1024);
  /** Position of the next byte. */
  position = 0;
  /** First byte that matches may refer to. */
  start = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Clears the window and keeps its memory. */
  reset(): void {
    this.start = this.position;
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    const kept = Math.min(this.position - this.start, this.#size);
    const limit = this.#size + Math.max(SLACK, this.#size >> 1);
    if (this.position + count <= this.bytes.length) return;
    if (this.position + count <= limit) {
      const larger = Buffer.allocUnsafe(
        Math.min(limit, Math.max(this.bytes.length * 2, this.position + count)),
      );
      this.bytes.copy(larger, 0, 0, this.position);
      this.bytes = larger;
      return;
    }
    this.bytes.copyWithin(0, this.position - kept, this.position);
    this.start = 0;
    this.position = kept;
  }

  /** How far back a match may refer. */
  get reach(): number {
    return Math.min(this.position - this.start, this.#size);
  }
}

const STATES = 12;
const POSITION_STATES = 16;
const MATCH_MIN = 2;
const HALF = 1024;

/** Offsets of the groups of probabilities in one array. */
const IS_MATCH = 0;
const IS_REP = IS_MATCH + STATES * POSITION_STATES;
const IS_REP_0 = IS_REP + STATES;
const IS_REP_1 = IS_REP_0 + STATES;
const IS_REP_2 = IS_REP_1 + STATES;
const IS_REP_0_LONG = IS_REP_2 + STATES;
const SLOT = IS_REP_0_LONG + STATES * POSITION_STATES;
const SPECIAL = SLOT + 4 * 64;
const ALIGN = SPECIAL + 128;
const LENGTH = ALIGN + 16;
const LENGTH_LOW = 2;
const LENGTH_MID = LENGTH_LOW + POSITION_STATES * 8;
const LENGTH_HIGH = LENGTH_MID + POSITION_STATES * 8;
const LENGTH_SIZE = LENGTH_HIGH + 256;
const REP_LENGTH = LENGTH + LENGTH_SIZE;
const LITERAL = REP_LENGTH + LENGTH_SIZE;

/** Decodes the chunks of one LZMA2 stream, in order. */
export class Lzma2Decoder {
  readonly #window: Window;
  readonly #probabilities = new Uint16Array(LITERAL + (0x300 << 4));
  #needsDictionaryReset = true;
  #needsProperties = true;
  #literalContextBits = 0;
  #literalPositionMask = 0;
  #positionMask = 0;
  #state = 0;
  #rep0 = 0;
  #rep1 = 0;
  #rep2 = 0;
  #rep3 = 0;
  /** Output since the last reset, modulo 2^32: the position that literals and matches depend on. */
  #processed = 0;
  #input: Buffer = Buffer.alloc(0);
  #next = 0;
  #range = 0;
  #code = 0;

  /** @param dictionarySize as declared in the file */
  constructor(dictionarySize: number) {
    if (dictionarySize > MAX_DICTIONARY)
      throw tooLarge('the dictionary of the xz data', MAX_DICTIONARY);
    this.#window = new Window(Math.max(dictionarySize, 4096));
  }

  /** Copies an uncompressed chunk. The caller owns the returned bytes. */
  copy(control: number, bytes: Buffer): Buffer {
    if (control === 1) this.#resetDictionary();
    else if (this.#needsDictionaryReset) throw damaged('no dictionary');
    const window = this.#window;
    window.reserve(bytes.length);
    bytes.copy(window.bytes, window.position);
    window.position += bytes.length;
    this.#processed = (this.#processed + bytes.length) >>> 0;
    return Buffer.from(bytes);
  }

  /**
   * Decodes a compressed chunk.
   * @param header control byte, sizes, and the properties if the control byte announces them
   */
  decode(header: Lzma2Header, input: Buffer): Buffer {
    const resets = (header.control >> 5) & 3;
    if (resets === 3) this.#resetDictionary();
    else if (this.#needsDictionaryReset) throw damaged('no dictionary');
    if (header.properties !== undefined) this.#setProperties(header.properties);
    else if (this.#needsProperties) throw damaged('no properties');
    if (resets > 0) this.#resetState();
    if (header.size > MAX_CHUNK) throw damaged('chunk too large');
    const window = this.#window;
    window.reserve(header.size);
    const start = window.position;
    this.#startRange(input);
    this.#run(start + header.size);
    if (this.#next !== input.length || this.#code !== 0) throw damaged('wrong chunk size');
    return Buffer.from(window.bytes.subarray(start, window.position));
  }

  #resetDictionary(): void {
    this.#window.reset();
    this.#needsDictionaryReset = false;
    this.#needsProperties = true;
    this.#processed = 0;
  }

  #setProperties(byte: number): void {
    if (byte >= 9 * 5 * 5) throw damaged('bad properties');
    const contextBits = byte % 9;
    const positionBits = Math.floor(byte / 9) % 5;
    if (contextBits + positionBits > 4) throw damaged('bad properties');
    this.#literalContextBits = contextBits;
    this.#literalPositionMask = (1 << positionBits) - 1;
    this.#positionMask = (1 << Math.floor(byte / 45)) - 1;
    this.#needsProperties = false;
  }

  #resetState(): void {
    this.#probabilities.fill(HALF);
    this.#state = 0;
    this.#rep0 = 0;
    this.#rep1 = 0;
    this.#rep2 = 0;
    this.#rep3 = 0;
  }

  #startRange(input: Buffer): void {
    if (input.length < 5 || input[0] !== 0) throw damaged('bad start of a chunk');
    this.#input = input;
    this.#range = 0xffffffff;
    this.#code = input.readUInt32BE(1);
    this.#next = 5;
  }

  #run(end: number): void {
    const window = this.#window;
    while (window.position < end) {
      const positionState = this.#processed & this.#positionMask;
      if (this.#bit(IS_MATCH + this.#state * POSITION_STATES + positionState) === 0) {
        this.#literal();
        continue;
      }
      const length = this.#matchLength(positionState);
      if (length === 0) continue;
      this.#copyMatch(length, end);
    }
  }

  /** Reads the kind and length of a match and sets the distance `rep0`. 0: a single byte was copied. */
  #matchLength(positionState: number): number {
    const state = this.#state;
    if (this.#bit(IS_REP + state) === 0) {
      this.#rep3 = this.#rep2;
      this.#rep2 = this.#rep1;
      this.#rep1 = this.#rep0;
      const length = this.#length(LENGTH, positionState);
      this.#state = state < 7 ? 7 : 10;
      this.#rep0 = this.#distance(length);
      return length;
    }
    if (this.#bit(IS_REP_0 + state) === 0) {
      if (this.#bit(IS_REP_0_LONG + state * POSITION_STATES + positionState) === 0) {
        this.#state = state < 7 ? 9 : 11;
        this.#copyMatch(1, Number.POSITIVE_INFINITY);
        return 0;
      }
    } else {
      this.#rotateReps(state);
    }
    this.#state = state < 7 ? 8 : 11;
    return this.#length(REP_LENGTH, positionState);
  }

  #rotateReps(state: number): void {
    let distance = this.#rep1;
    if (this.#bit(IS_REP_1 + state) === 1) {
      distance = this.#rep2;
      if (this.#bit(IS_REP_2 + state) === 1) {
        distance = this.#rep3;
        this.#rep3 = this.#rep2;
      }
      this.#rep2 = this.#rep1;
    }
    this.#rep1 = this.#rep0;
    this.#rep0 = distance;
  }

  #copyMatch(length: number, end: number): void {
    const window = this.#window;
    const distance = this.#rep0 + 1;
    if (distance > window.reach) throw damaged('reference before the start');
    if (window.position + length > end) throw damaged('wrong chunk size');
    const bytes = window.bytes;
    let to = window.position;
    if (distance >= length && length > 16) {
      bytes.copyWithin(to, to - distance, to - distance + length);
    } else {
      // Source and target may overlap: the copied bytes are then copied again.
      for (let from = to - distance, last = to + length; to < last; )
        bytes[to++] = bytes[from++] ?? 0;
    }
    window.position += length;
    this.#processed = (this.#processed + length) >>> 0;
  }

  #literal(): void {
    const window = this.#window;
    const bytes = window.bytes;
    const position = window.position;
    const previous = position > window.start ? (bytes[position - 1] ?? 0) : 0;
    const contextBits = this.#literalContextBits;
    const context =
      ((this.#processed & this.#literalPositionMask) << contextBits) +
      (previous >> (8 - contextBits));
    const base = LITERAL + 0x300 * context;
    let symbol = 1;
    if (this.#state >= 7) {
      // After a match, this byte differs from the one at the last distance.
      let hint = bytes[position - this.#rep0 - 1] ?? 0;
      do {
        const hintBit = (hint >> 7) & 1;
        hint <<= 1;
        const bit = this.#bit(base + ((1 + hintBit) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (hintBit !== bit) break;
      } while (symbol < 0x100);
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(base + symbol);
    bytes[position] = symbol & 0xff;
    window.position = position + 1;
    this.#processed = (this.#processed + 1) >>> 0;
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
  }

  #length(base: number, positionState: number): number {
    if (this.#bit(base) === 0) {
      return MATCH_MIN + this.#tree(base + LENGTH_LOW + positionState * 8, 3);
    }
    if (this.#bit(base + 1) === 0) {
      return MATCH_MIN + 8 + this.#tree(base + LENGTH_MID + positionState * 8, 3);
    }
    return MATCH_MIN + 16 + this.#tree(base + LENGTH_HIGH, 8);
  }

  #distance(length: number): number {
    const lengthState = Math.min(length - MATCH_MIN, 3);
    const slot = this.#tree(SLOT + lengthState * 64, 6);
    if (slot < 4) return slot;
    const directBits = (slot >> 1) - 1;
    const base = ((2 | (slot & 1)) << directBits) >>> 0;
    if (slot < 14) return base + this.#reverseTree(SPECIAL + base - slot, directBits);
    const high = this.#direct(directBits - 4);
    return base + high * 16 + this.#reverseTree(ALIGN, 4);
  }

  #tree(base: number, bits: number): number {
    let symbol = 1;
    for (let index = 0; index < bits; index++) symbol = (symbol << 1) | this.#bit(base + symbol);
    return symbol - (1 << bits);
  }

  #reverseTree(base: number, bits: number): number {
    let symbol = 1;
    let value = 0;
    for (let index = 0; index < bits; index++) {
      const bit = this.#bit(base + symbol);
      symbol = (symbol << 1) | bit;
      value |= bit << index;
    }
    return value;
  }

  /** Bits of equal probability. */
  #direct(bits: number): number {
    let value = 0;
    for (let index = 0; index < bits; index++) {
      this.#normalize();
      this.#range >>>= 1;
      const bit = this.#code >= this.#range ? 1 : 0;
      if (bit === 1) this.#code -= this.#range;
      value = value * 2 + bit;
    }
    this.#normalize();
    return value;
  }

  #bit(index: number): number {
    const probability = this.#probabilities[index] ?? 0;
    const bound = (this.#range >>> 11) * probability;
    let bit = 0;
    if (this.#code < bound) {
      this.#range = bound;
      this.#probabilities[index] = probability + ((2048 - probability) >> 5);
    } else {
      this.#range -= bound;
      this.#code -= bound;
      this.#probabilities[index] = probability - (probability >> 5);
      bit = 1;
    }
    this.#normalize();
    return bit;
  }

  #normalize(): void {
    if (this.#range >= 0x1000000) return;
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | (this.#input[this.#next++] ?? 0)) >>> 0;
  }
}

export interface Lzma2Header {
  readonly control: number;
  /** Uncompressed bytes. */
  readonly size: number;
  readonly properties: number | undefined;
}

function damaged(what: string): Error {
  return badCompression('xz', what);
}
