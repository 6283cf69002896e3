/** Reads and writes the fixed fields of a header block. */

/** Start and length of each field of a header block. */
export const FIELDS = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  linkName: [157, 100],
  magic: [257, 8],
  devMajor: [329, 8],
  devMinor: [337, 8],
  prefix: [345, 155],
  starPrefix: [345, 131],
  starTrailer: [508, 4],
  /** GNU tar only, instead of the prefix. */
  gnuAtime: [345, 12],
  gnuCtime: [357, 12],
  gnuSparse: [386, 96],
  gnuIsExtended: [482, 1],
  gnuRealSize: [483, 12],
} as const;

export type Field = readonly [start: number, length: number];

const ZERO = 0x30;
const SPACE = 0x20;
const CHECKSUM_START = FIELDS.checksum[0];
const CHECKSUM_END = CHECKSUM_START + FIELDS.checksum[1];

/** The text of a field up to its first NUL byte. */
export function readText(block: Buffer, [start, length]: Field): string {
  if (block[start] === 0) return '';
  let end = start;
  const limit = start + length;
  while (end < limit && block[end] !== 0) end++;
  return block.toString('latin1', start, end);
}

/**
 * Reads a number in octal digits, or in base 256 as GNU tar and Go write large numbers.
 * @returns undefined if the field is invalid, or the number exceeds the exact range of a double
 */
export function readNumber(block: Buffer, [start, length]: Field): number | undefined {
  const first = block[start] ?? 0;
  if ((first & 0x80) !== 0) return readBase256(block, start, length);
  let position = start;
  let end = start + length;
  while (position < end && isFiller(block[position])) position++;
  while (end > position && isFiller(block[end - 1])) end--;
  let value = 0;
  for (; position < end; position++) {
    const byte = block[position] ?? 0;
    if (byte === 0) break;
    const digit = byte - ZERO;
    if (digit < 0 || digit > 7) return undefined;
    value = value * 8 + digit;
  }
  return Number.isSafeInteger(value) ? value : undefined;
}

function isFiller(byte: number | undefined): boolean {
  return byte === 0 || byte === SPACE;
}

function readBase256(block: Buffer, start: number, length: number): number | undefined {
  const negative = ((block[start] ?? 0) & 0x40) !== 0;
  // Two's complement: for a negative number, sum the inverted bytes and subtract one at the end.
  const invert = negative ? 0xff : 0;
  let value = 0;
  for (let index = 0; index < length; index++) {
    let byte = (block[start + index] ?? 0) ^ invert;
    if (index === 0) byte &= 0x7f;
    value = value * 256 + byte;
    if (!Number.isSafeInteger(value)) return undefined;
  }
  return negative ? -1 - value : value;
}

/** Largest number that fits a field as octal digits and a closing NUL. */
export function octalLimit([, length]: Field): number {
  return 8 ** (length - 1) - 1;
}

/** Writes zero-filled octal digits and a closing NUL. The number must fit. */
export function writeOctal(block: Buffer, [start, length]: Field, value: number): void {
  let rest = value;
  for (let position = start + length - 2; position >= start; position--) {
    block[position] = ZERO + (rest % 8);
    rest = Math.floor(rest / 8);
  }
  block[start + length - 1] = 0;
}

/** Writes the checksum of an otherwise finished block, as six digits, NUL, space. */
export function writeChecksum(block: Buffer): void {
  writeOctal(block, [CHECKSUM_START, 7], checksum(block));
  block[CHECKSUM_END - 1] = SPACE;
}

/** Whether the checksum field agrees with the block. */
export function checksumAgrees(block: Buffer): boolean {
  const stored = readNumber(block, FIELDS.checksum);
  if (stored === undefined) return false;
  return stored === checksum(block) || stored === signedChecksum(block);
}

/** Sum of all bytes, the checksum field itself counted as spaces. */
function checksum(block: Buffer): number {
  let sum = 0;
  for (let index = 0; index < CHECKSUM_START; index++) sum += block[index] ?? 0;
  sum += (CHECKSUM_END - CHECKSUM_START) * SPACE;
  for (let index = CHECKSUM_END; index < 512; index++) sum += block[index] ?? 0;
  return sum;
}

/** Some old programs summed the bytes as signed chars. */
function signedChecksum(block: Buffer): number {
  let sum = checksum(block);
  for (let index = 0; index < 512; index++) {
    if (index >= CHECKSUM_START && index < CHECKSUM_END) continue;
    if ((block[index] ?? 0) > 127) sum -= 256;
  }
  return sum;
}

export function isZeroBlock(block: Buffer): boolean {
  for (let index = 0; index < 512; index++) if (block[index] !== 0) return false;
  return true;
}
