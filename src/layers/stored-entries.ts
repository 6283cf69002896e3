/** The entries of a stored index, decoded one at a time: a layer of many files stays as small as its index. */
import type { AppError } from '../errors.ts';
import { type BytePath, type ContentDigest, comparePathBytes } from '../files/index.ts';
import {
  DIGEST_PREFIX,
  HAS_DEVICE,
  HAS_DIGEST,
  HAS_LINK_GROUP,
  HAS_LINK_TARGET,
  HAS_TAR_OFFSET,
  HAS_XATTRS,
  HEADER,
  OPAQUE,
  RECORD,
  RECREATED,
  TYPES,
} from './index-encoder.ts';
import { unreadableIndex } from './index-faults.ts';
import type { LayerEntries } from './layer-entries.ts';
import type { LayerEntry } from './layer-index.ts';

const DIGEST_BYTES = 32;

export class StoredEntries implements LayerEntries {
  readonly length: number;
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #texts: number;
  readonly #xattrs: number;
  readonly #digests: number;
  /** Of each entry, relative to its section; one more at the end. The last three are made only if there are any. */
  readonly #pathAt: Uint32Array;
  readonly #digestAt: Uint32Array;
  readonly #targetAt: Uint32Array | undefined;
  readonly #xattrAt: Uint32Array | undefined;

  /**
   * @param body of an index, without its checksum, which has been compared
   * @throws AppError LAYER_INDEX_UNREADABLE for an unknown type, or lengths that lead out of a section
   */
  constructor(body: Buffer, count: number) {
    if (HEADER + count * RECORD > body.length) throw unreadableIndex('it is too short');
    this.length = count;
    this.#bytes = body;
    this.#view = new DataView(body.buffer, body.byteOffset, body.length);
    this.#texts = HEADER + count * RECORD;
    this.#xattrs = this.#texts + body.readUInt32LE(16);
    this.#digests = this.#xattrs + body.readUInt32LE(20);
    this.#pathAt = new Uint32Array(count + 1);
    this.#digestAt = new Uint32Array(count + 1);
    const flags = this.#locate();
    this.#targetAt = flags & HAS_LINK_TARGET ? this.#offsets(56, HAS_LINK_TARGET) : undefined;
    this.#xattrAt = flags & HAS_XATTRS ? this.#offsets(60, HAS_XATTRS) : undefined;
    this.#checkLengths(body.length - this.#digests);
  }

  at(position: number): LayerEntry | undefined {
    if (position < 0 || position >= this.length) return undefined;
    const view = this.#view;
    const at = HEADER + position * RECORD;
    const path = this.path(position);
    const type = TYPES[view.getUint8(at + 4)] ?? 'whiteout';
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
      linkTarget: flags & HAS_LINK_TARGET ? this.#target(position) : undefined,
      linkGroup: flags & HAS_LINK_GROUP ? view.getUint32(at + 36, true) : undefined,
      devMajor: device ? view.getUint32(at + 40, true) : undefined,
      devMinor: device ? view.getUint32(at + 44, true) : undefined,
      xattrs: flags & HAS_XATTRS ? this.#attributes(position) : undefined,
      opaque: flags & OPAQUE ? true : undefined,
      recreated: flags & RECREATED ? true : undefined,
      digest: flags & HAS_DIGEST ? this.#digest(position) : undefined,
      tarOffset: flags & HAS_TAR_OFFSET ? view.getFloat64(at + 48, true) : undefined,
    };
  }

  path(position: number): BytePath {
    const from = this.#texts + (this.#pathAt[position] ?? 0);
    const to = this.#texts + (this.#pathAt[position + 1] ?? 0);
    return this.#bytes.toString('latin1', from, to);
  }

  compare(position: number, path: BytePath): number {
    const from = this.#texts + (this.#pathAt[position] ?? 0);
    const to = this.#texts + (this.#pathAt[position + 1] ?? 0);
    return comparePathBytes(this.#bytes, { from, to }, path);
  }

  *[Symbol.iterator](): Generator<LayerEntry, void, undefined> {
    for (let position = 0; position < this.length; position++) {
      const entry = this.at(position);
      if (entry !== undefined) yield entry;
    }
  }

  /** @returns the flags of all entries together */
  #locate(): number {
    let path = 0;
    let digest = 0;
    let all = 0;
    for (let position = 0; position < this.length; position++) {
      const at = HEADER + position * RECORD;
      if (TYPES[this.#view.getUint8(at + 4)] === undefined) {
        throw unreadableIndex(`entry ${position} has an unknown type`);
      }
      const flags = this.#view.getUint8(at + 5);
      this.#pathAt[position] = path;
      this.#digestAt[position] = digest;
      path += this.#view.getUint32(at, true);
      if (flags & HAS_DIGEST) digest += DIGEST_BYTES;
      if (path > this.#bytes.length) throw invalidLengths();
      all |= flags;
    }
    this.#pathAt[this.length] = path;
    this.#digestAt[this.length] = digest;
    return all;
  }

  /** @param digests bytes of their section */
  #checkLengths(digests: number): void {
    const last = (offsets: Uint32Array | undefined): number => offsets?.[this.length] ?? 0;
    const isInside =
      last(this.#pathAt) + last(this.#targetAt) <= this.#xattrs - this.#texts &&
      last(this.#xattrAt) <= this.#digests - this.#xattrs &&
      last(this.#digestAt) <= digests;
    if (!isInside) throw invalidLengths();
  }

  /** Positions in a section of which each entry with the flag has as many bytes as its field says. */
  #offsets(field: number, flag: number): Uint32Array {
    const offsets = new Uint32Array(this.length + 1);
    let sum = 0;
    for (let position = 0; position < this.length; position++) {
      const at = HEADER + position * RECORD;
      offsets[position] = sum;
      if (this.#view.getUint8(at + 5) & flag) sum += this.#view.getUint32(at + field, true);
      if (sum > this.#bytes.length) throw invalidLengths();
    }
    offsets[this.length] = sum;
    return offsets;
  }

  /** Targets are after all paths. */
  #target(position: number): string {
    const targets = this.#texts + (this.#pathAt[this.length] ?? 0);
    const from = targets + (this.#targetAt?.[position] ?? 0);
    return this.#bytes.toString('latin1', from, targets + (this.#targetAt?.[position + 1] ?? 0));
  }

  #digest(position: number): ContentDigest {
    const from = this.#digests + (this.#digestAt[position] ?? 0);
    return (DIGEST_PREFIX +
      this.#bytes.toString('hex', from, from + DIGEST_BYTES)) as ContentDigest;
  }

  #attributes(position: number): Readonly<Record<string, string>> {
    const bytes = this.#bytes;
    const end = this.#xattrs + (this.#xattrAt?.[position + 1] ?? 0);
    const xattrs: Record<string, string> = Object.create(null);
    for (let at = this.#xattrs + (this.#xattrAt?.[position] ?? 0); at < end; ) {
      const name = at + 8;
      const value = name + lengthAt(bytes, at);
      const next = value + lengthAt(bytes, at + 4);
      xattrs[bytes.toString('latin1', name, value)] = bytes.toString('latin1', value, next);
      at = next;
    }
    return xattrs;
  }
}

function lengthAt(bytes: Buffer, at: number): number {
  if (at + 4 > bytes.length) throw invalidLengths();
  return bytes.readUInt32LE(at);
}

function invalidLengths(): AppError {
  return unreadableIndex('its lengths are invalid');
}
