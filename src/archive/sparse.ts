/**
 * Sparse files: GNU tar stores only their data and a map of the pieces. The map has four formats: chained binary blocks
 * (old GNU), and three generations of pax records (0.0, 0.1, 1.0).
 */
import { corrupt, tooLarge } from './failures.ts';
import { FIELDS, readNumber } from './fields.ts';

/** A piece of data: `size` bytes at `offset` of the unpacked file. Everything else is zeros. */
export interface SparsePiece {
  readonly offset: number;
  readonly size: number;
}

/** The sparse map in the headers of a file; it may continue in the blocks after them. */
export interface SparseMap {
  /** Size of the unpacked file. */
  readonly realSize: number;
  readonly pieces: SparsePiece[];
  /** Where the rest of the map is, if there is more. */
  readonly continued?: 'in-blocks' | 'in-data' | undefined;
}

const PAIR_SIZE = 24;
const NUMBER_SIZE = 12;
/** Maps are held in memory: one of this size takes about ten megabytes. */
const MAX_PIECES = 1 << 18;

/** The map of an old GNU header block (type `S`), which holds up to four pieces. */
export function binarySparseMap(block: Buffer, position: number): SparseMap {
  const realSize = readNumber(block, FIELDS.gnuRealSize);
  if (realSize === undefined) return badMap(position);
  const pieces = binaryPieces(block, { start: FIELDS.gnuSparse[0], count: 4 }, position);
  return {
    realSize,
    pieces,
    ...(block[FIELDS.gnuIsExtended[0]] !== 0 && { continued: 'in-blocks' }),
  };
}

/**
 * Adds the pieces of a block that continues an old GNU map.
 * @returns whether another block follows
 */
export function addBinaryPieces(pieces: SparsePiece[], block: Buffer, position: number): boolean {
  pieces.push(...binaryPieces(block, { start: 0, count: 21 }, position));
  checkCount(pieces.length);
  return block[504] !== 0;
}

function binaryPieces(
  block: Buffer,
  { start, count }: { start: number; count: number },
  position: number,
): SparsePiece[] {
  const pieces: SparsePiece[] = [];
  for (let at = start; at < start + count * PAIR_SIZE && block[at] !== 0; at += PAIR_SIZE) {
    const offset = readNumber(block, [at, NUMBER_SIZE]);
    const size = readNumber(block, [at + NUMBER_SIZE, NUMBER_SIZE]);
    if (offset === undefined || size === undefined) return badMap(position);
    pieces.push({ offset, size });
  }
  return pieces;
}

/** The sparse map in pax records; undefined for an ordinary file. */
export function paxSparseMap(
  records: ReadonlyMap<string, string>,
  position: number,
): SparseMap | undefined {
  const sizeText = records.get('GNU.sparse.realsize') ?? records.get('GNU.sparse.size');
  if (records.get('GNU.sparse.major') === '1' && records.get('GNU.sparse.minor') === '0') {
    return { realSize: parseNumber(sizeText, position), pieces: [], continued: 'in-data' };
  }
  const map = records.get('GNU.sparse.map');
  const isOldest = records.has('GNU.sparse.offset') || records.has('GNU.sparse.numblocks');
  if (map === undefined && !isOldest) return undefined;
  const numbers = map !== undefined ? splitNumbers(map, position) : interleave(records, position);
  return { realSize: parseNumber(sizeText, position), pieces: toPieces(numbers, position) };
}

function interleave(records: ReadonlyMap<string, string>, position: number): number[] {
  const offsets = splitNumbers(records.get('GNU.sparse.offset') ?? '', position);
  const sizes = splitNumbers(records.get('GNU.sparse.numbytes') ?? '', position);
  if (offsets.length !== sizes.length) return badMap(position);
  return offsets.flatMap((offset, index) => [offset, sizes[index] ?? 0]);
}

function splitNumbers(text: string, position: number): number[] {
  return text === '' ? [] : text.split(',').map((part) => parseNumber(part, position));
}

function parseNumber(text: string | undefined, position: number): number {
  const value = text !== undefined && /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : badMap(position);
}

function toPieces(numbers: readonly number[], position: number): SparsePiece[] {
  if (numbers.length % 2 !== 0) return badMap(position);
  checkCount(numbers.length / 2);
  const pieces: SparsePiece[] = [];
  for (let index = 0; index < numbers.length; index += 2) {
    pieces.push({ offset: numbers[index] ?? 0, size: numbers[index + 1] ?? 0 });
  }
  return pieces;
}

/**
 * The map of format 1.0, which fills the first blocks of the content: a count, then offset and size of each piece, one
 * decimal number on each line.
 */
export class DataMapReader {
  #rest = '';
  #count: number | undefined;
  readonly #numbers: number[] = [];

  /** @returns the pieces, after the last block of the map */
  add(block: Buffer, position: number): SparsePiece[] | undefined {
    const text = this.#rest + block.toString('latin1', 0, block.length);
    let start = 0;
    while (this.#count === undefined || this.#numbers.length < this.#count * 2) {
      const end = text.indexOf('\n', start);
      if (end < 0) {
        this.#rest = text.slice(start);
        return this.#rest.length > 20 ? badMap(position) : undefined;
      }
      const value = parseNumber(text.slice(start, end), position);
      start = end + 1;
      if (this.#count !== undefined) this.#numbers.push(value);
      else this.#count = checkCount(value);
    }
    return toPieces(this.#numbers, position);
  }
}

function checkCount(count: number): number {
  if (count > MAX_PIECES) throw tooLarge('the map of a sparse file', MAX_PIECES * PAIR_SIZE);
  return count;
}

/**
 * Checks that the pieces are in order, inside the file, and add up to the stored size; drops empty ones.
 * @throws AppError ARCHIVE_CORRUPT
 */
export function checkPieces(
  pieces: readonly SparsePiece[],
  { realSize, storedSize }: { realSize: number; storedSize: number },
  position: number,
): SparsePiece[] {
  let end = 0;
  let total = 0;
  for (const piece of pieces) {
    if (piece.size < 0 || piece.offset < end) return badMap(position);
    end = piece.offset + piece.size;
    total += piece.size;
    if (!Number.isSafeInteger(end)) return badMap(position);
  }
  if (end > realSize || total !== storedSize) return badMap(position);
  return pieces.filter((piece) => piece.size > 0);
}

function badMap(position: number): never {
  throw corrupt('unreadable map of a sparse file', position);
}
