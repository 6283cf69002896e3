/**
 * The file form of a layer index: fixed-size records, then all texts in one piece, so that it can be used as it is
 * read, without an object for each entry.
 *
 *     header   magic, version, counts and lengths of the sections, tarSize
 *     records  64 bytes an entry
 *     texts    every path, then every link target, as latin1, without separators
 *     xattrs   per attribute: name length, value length (u32 each), name, value
 *     digests  32 bytes for each entry that has one
 *     checksum sha512-256 of all before it
 *
 * All numbers are little-endian.
 */
import { hash } from 'node:crypto';
import { closeSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CONTENT_FLAGS, hasErrorCode } from '../system/index.ts';
import { HEADER, IndexEncoder, MAGIC, VERSION } from './index-encoder.ts';
import { unreadableIndex } from './index-faults.ts';
import type { LayerEntries } from './layer-entries.ts';
import { INDEX_FILE, type LayerIndex } from './layer-index.ts';
import { StoredEntries } from './stored-entries.ts';

const CHECKSUM = 32;

/** A layer index as it is stored. */
export interface StoredIndex {
  readonly entries: LayerEntries;
  /** As in `LayerIndex`. */
  readonly tarSize: number | undefined;
}

/** Turns an index into bytes. The entries must be sorted and unique, which is checked. */
export function encodeIndex({ entries, tarSize }: LayerIndex): Buffer {
  const encoder = new IndexEncoder();
  for (const entry of entries) encoder.add(entry);
  return Buffer.concat([...encoder.pieces(tarSize)]);
}

/**
 * Reads what `encodeIndex` made.
 *
 * @throws AppError LAYER_INDEX_UNREADABLE for other bytes, another version, or a wrong checksum
 */
export function decodeIndex(bytes: Buffer): LayerIndex {
  const { entries, tarSize } = decodeLazily(bytes);
  return { entries: [...entries], tarSize };
}

/** Compares the checksum at once, and decodes entries when they are asked for. Keeps the bytes. */
function decodeLazily(bytes: Buffer): StoredIndex {
  if (bytes.length < HEADER + CHECKSUM || bytes.toString('latin1', 0, 8) !== MAGIC) {
    throw unreadableIndex('it is not a layer index');
  }
  const version = bytes.readUInt32LE(8);
  if (version !== VERSION) throw unreadableIndex(`its version is ${version}, not ${VERSION}`);
  const body = bytes.subarray(0, -CHECKSUM);
  if (!hash('sha512-256', body, 'buffer').equals(bytes.subarray(-CHECKSUM))) {
    throw unreadableIndex('its checksum is wrong');
  }
  const tarSize = bytes.readDoubleLE(32);
  const entries = new StoredEntries(body, bytes.readUInt32LE(12));
  return { entries, tarSize: tarSize < 0 ? undefined : tarSize };
}

/** Writes the index into a layer's directory; an existing file is replaced atomically. */
export function writeIndex(directory: string, { entries, tarSize }: LayerIndex): void {
  const encoder = new IndexEncoder();
  for (const entry of entries) encoder.add(entry);
  writeEncoded(directory, encoder, tarSize);
}

/** Writes an index that was encoded entry by entry, as `writeIndex` does. */
export function writeEncoded(
  directory: string,
  encoder: IndexEncoder,
  tarSize: number | undefined,
): void {
  const path = join(directory, INDEX_FILE);
  const temporary = `${path}.${process.pid}.tmp`;
  const fd = openSync(temporary, 'w', 0o600);
  try {
    for (const piece of encoder.pieces(tarSize)) writeFully(fd, piece);
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, path);
}

function writeFully(fd: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}

/**
 * Reads the index of a layer's directory.
 *
 * @throws AppError LAYER_INDEX_UNREADABLE when it is damaged or of another version
 */
export function readIndex(directory: string): LayerIndex {
  const { entries, tarSize } = openIndex(directory);
  return { entries: [...entries], tarSize };
}

/**
 * The same without an object for each entry, which takes five times as much memory.
 *
 * @throws as `readIndex`
 */
export function openIndex(directory: string): StoredIndex {
  const fd = openSync(join(directory, INDEX_FILE), CONTENT_FLAGS);
  try {
    return decodeLazily(readFileSync(fd));
  } catch (error) {
    if (hasErrorCode(error, 'EISDIR')) throw unreadableIndex('it is a directory');
    throw error;
  } finally {
    closeSync(fd);
  }
}
