/**
 * The file form of a layer index: fixed-size records, then all texts in one piece, so that 50,000 entries are
 * read with three string conversions instead of 50,000.
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
import { AppError } from '../errors.ts';
import type { ContentDigest } from '../files/index.ts';
import { CONTENT_FLAGS, hasErrorCode } from '../system/index.ts';
import {
  DIGEST_PREFIX,
  HAS_DEVICE,
  HAS_DIGEST,
  HAS_LINK_GROUP,
  HAS_LINK_TARGET,
  HAS_TAR_OFFSET,
  HAS_XATTRS,
  HEADER,
  IndexEncoder,
  MAGIC,
  OPAQUE,
  RECORD,
  RECREATED,
  TYPES,
  VERSION,
} from './index-encoder.ts';
import { INDEX_FILE, type LayerEntry, type LayerIndex } from './layer-index.ts';

const CHECKSUM = 32;

/** Turns an index into bytes. The entries must be sorted and unique, which is checked. */
export function encodeIndex({ entries, tarSize }: LayerIndex): Buffer {
  const encoder = new IndexEncoder();
  for (const entry of entries) encoder.add(entry);
  return Buffer.concat(encoder.finish(tarSize));
}

/**
 * Reads what `encodeIndex` made.
 *
 * @throws AppError LAYER_INDEX_UNREADABLE for other bytes, another version, or a wrong checksum
 */
export function decodeIndex(bytes: Buffer): LayerIndex {
  if (bytes.length < HEADER + CHECKSUM || bytes.toString('latin1', 0, 8) !== MAGIC) {
    throw unreadable('it is not a layer index');
  }
  const version = bytes.readUInt32LE(8);
  if (version !== VERSION) throw unreadable(`its version is ${version}, not ${VERSION}`);
  const body = bytes.subarray(0, -CHECKSUM);
  if (!hash('sha512-256', body, 'buffer').equals(bytes.subarray(-CHECKSUM))) {
    throw unreadable('its checksum is wrong');
  }
  const count = bytes.readUInt32LE(12);
  if (HEADER + count * RECORD > body.length) throw unreadable('it is too short');
  const tarSize = bytes.readDoubleLE(32);
  return { entries: readEntries(body, count), tarSize: tarSize < 0 ? undefined : tarSize };
}

function readEntries(body: Buffer, count: number): LayerEntry[] {
  try {
    const reader = new RecordReader(body, count);
    const entries = new Array<LayerEntry>(count);
    for (let number = 0; number < count; number++) entries[number] = reader.read(number);
    return entries;
  } catch (error) {
    // Lengths that lead out of their section.
    throw error instanceof RangeError ? unreadable('its lengths are invalid') : error;
  }
}

/** Reads the records in order, keeping a position in each of the other sections. */
class RecordReader {
  readonly #view: DataView;
  readonly #texts: string;
  readonly #digests: string;
  readonly #xattrs: Buffer;
  #path = 0;
  #target = 0;
  #xattr = 0;
  #digest = 0;

  constructor(body: Buffer, count: number) {
    const texts = HEADER + count * RECORD;
    const xattrs = texts + body.readUInt32LE(16);
    const digests = xattrs + body.readUInt32LE(20);
    this.#view = new DataView(body.buffer, body.byteOffset, body.length);
    this.#texts = body.toString('latin1', texts, xattrs);
    this.#xattrs = body.subarray(xattrs, digests);
    this.#digests = body.toString('hex', digests, digests + body.readUInt32LE(24));
    for (let number = 0; number < count; number++) {
      this.#target += this.#view.getUint32(HEADER + number * RECORD, true);
    }
  }

  read(number: number): LayerEntry {
    const view = this.#view;
    const at = HEADER + number * RECORD;
    const end = this.#path + view.getUint32(at, true);
    const path = this.#texts.slice(this.#path, end);
    this.#path = end;
    const type = TYPES[view.getUint8(at + 4)];
    if (type === undefined) throw unreadable(`entry ${number} has an unknown type`);
    if (type === 'whiteout') return { kind: 'whiteout', path };
    const flags = view.getUint8(at + 5);
    const device = (flags & HAS_DEVICE) !== 0;
    // One object literal with every key: all entries share one shape, which keeps loops over them fast.
    return {
      kind: 'entry',
      path,
      type,
      mode: view.getUint16(at + 6, true),
      uid: view.getUint32(at + 8, true),
      gid: view.getUint32(at + 12, true),
      size: view.getFloat64(at + 16, true),
      mtime: view.getFloat64(at + 24, true),
      mtimeNs: view.getUint32(at + 32, true),
      linkTarget: flags & HAS_LINK_TARGET ? this.#takeTarget(at) : undefined,
      linkGroup: flags & HAS_LINK_GROUP ? view.getUint32(at + 36, true) : undefined,
      devMajor: device ? view.getUint32(at + 40, true) : undefined,
      devMinor: device ? view.getUint32(at + 44, true) : undefined,
      xattrs: flags & HAS_XATTRS ? this.#takeXattrs(at) : undefined,
      opaque: flags & OPAQUE ? true : undefined,
      recreated: flags & RECREATED ? true : undefined,
      digest: flags & HAS_DIGEST ? this.#takeDigest() : undefined,
      tarOffset: flags & HAS_TAR_OFFSET ? view.getFloat64(at + 48, true) : undefined,
    };
  }

  #takeTarget(at: number): string {
    const start = this.#target;
    this.#target += this.#view.getUint32(at + 56, true);
    return this.#texts.slice(start, this.#target);
  }

  #takeDigest(): ContentDigest {
    const start = this.#digest;
    this.#digest += 64;
    return (DIGEST_PREFIX + this.#digests.slice(start, this.#digest)) as ContentDigest;
  }

  #takeXattrs(at: number): Readonly<Record<string, string>> {
    const end = this.#xattr + this.#view.getUint32(at + 60, true);
    const xattrs: Record<string, string> = Object.create(null);
    while (this.#xattr < end) {
      const name = this.#xattr + 8;
      const value = name + this.#xattrs.readUInt32LE(this.#xattr);
      const next = value + this.#xattrs.readUInt32LE(this.#xattr + 4);
      xattrs[this.#xattrs.toString('latin1', name, value)] = this.#xattrs.toString(
        'latin1',
        value,
        next,
      );
      this.#xattr = next;
    }
    return xattrs;
  }
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
    for (const piece of encoder.finish(tarSize)) writeFully(fd, piece);
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
  const fd = openSync(join(directory, INDEX_FILE), CONTENT_FLAGS);
  try {
    return decodeIndex(readFileSync(fd));
  } catch (error) {
    if (hasErrorCode(error, 'EISDIR')) throw unreadable('it is a directory');
    throw error;
  } finally {
    closeSync(fd);
  }
}

function unreadable(why: string): AppError {
  return new AppError('LAYER_INDEX_UNREADABLE', `the index of a layer cannot be read: ${why}`, {
    hint: 'the store is damaged, or another version of lamina wrote it; prune it and build again',
  });
}
