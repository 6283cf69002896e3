/** Encodes the file form of a layer index, entry by entry: see `index-codec.ts` for the form. */
import { createHash } from 'node:crypto';
import { type ContentDigest, comparePaths, type FileType } from '../files/index.ts';
import { ByteCollector } from './byte-collector.ts';
import type { LayerEntry, LayerFile } from './layer-index.ts';
import type { SpillFile } from './spill-file.ts';

export const MAGIC = 'lamina-i';
export const VERSION = 1;
export const HEADER = 40;
export const RECORD = 64;
export const DIGEST_PREFIX = 'sha512-256:';

/** Position in this list is the code in the file; 0 is a whiteout. */
export const TYPES: readonly (FileType | 'whiteout')[] = [
  'whiteout',
  'file',
  'directory',
  'symlink',
  'char',
  'block',
  'fifo',
  'socket',
];
const TYPE_CODES = new Map(TYPES.map((type, code) => [type, code]));

export const OPAQUE = 1;
export const HAS_DIGEST = 2;
export const HAS_TAR_OFFSET = 4;
export const HAS_LINK_GROUP = 8;
export const HAS_DEVICE = 16;
export const HAS_XATTRS = 32;
export const HAS_LINK_TARGET = 64;
export const RECREATED = 128;

/** Where an added entry is. */
export interface AddedEntry {
  readonly record: number;
  readonly flags: number;
  /** Of its digest, if it has one. */
  readonly digestAt: number;
}

/** Keeps some hundred bytes an entry, in memory or in a spill file. */
export class IndexEncoder {
  readonly #records: ByteCollector;
  readonly #paths: ByteCollector;
  readonly #targets: ByteCollector;
  readonly #xattrs: ByteCollector;
  readonly #digests: ByteCollector;
  #count = 0;
  #previous: string | undefined;

  /** @param spill takes what it has of many entries; the caller disposes of it after `pieces` */
  constructor(spill?: SpillFile | undefined) {
    this.#records = new ByteCollector(spill);
    this.#paths = new ByteCollector(spill);
    this.#targets = new ByteCollector(spill);
    this.#xattrs = new ByteCollector(spill);
    this.#digests = new ByteCollector(spill);
  }

  /**
   * @returns where it is, for `link` and `setDigest`
   * @throws Error when the entry does not sort after the one before it
   */
  add(entry: LayerEntry): AddedEntry {
    if (this.#previous !== undefined && comparePaths(this.#previous, entry.path) >= 0) {
      throw new Error(`layer index not sorted at ${JSON.stringify(entry.path)}`);
    }
    this.#previous = entry.path;
    this.#count++;
    this.#paths.text(entry.path);
    const record = this.#records.size;
    const digestAt = this.#digests.size;
    const { view, at } = this.#records.reserve(RECORD);
    view.setUint32(at, entry.path.length, true);
    if (entry.kind === 'entry') this.#write(view, at, entry);
    return { record, flags: view.getUint8(at + 5), digestAt };
  }

  /** Puts an added entry into a link group. */
  link({ record, flags }: AddedEntry, group: number): void {
    this.#records.patch(record + 5, Uint8Array.of(flags | HAS_LINK_GROUP));
    const number = Buffer.alloc(4);
    number.writeUInt32LE(group);
    this.#records.patch(record + 36, number);
  }

  /** Replaces the digest of an entry that was added with one. */
  setDigest({ digestAt }: AddedEntry, digest: ContentDigest): void {
    this.#digests.patch(digestAt, Buffer.from(digest.slice(DIGEST_PREFIX.length), 'hex'));
  }

  /** The file's bytes, in pieces, each of which is lent until the next one. */
  *pieces(tarSize: number | undefined): Generator<Buffer, void> {
    const header = Buffer.alloc(HEADER);
    header.write(MAGIC, 'latin1');
    header.writeUInt32LE(VERSION, 8);
    header.writeUInt32LE(this.#count, 12);
    header.writeUInt32LE(this.#paths.size + this.#targets.size, 16);
    header.writeUInt32LE(this.#xattrs.size, 20);
    header.writeUInt32LE(this.#digests.size, 24);
    header.writeDoubleLE(tarSize ?? -1, 32);
    const hash = createHash('sha512-256');
    hash.update(header);
    yield header;
    const sections = [this.#records, this.#paths, this.#targets, this.#xattrs, this.#digests];
    for (const section of sections) {
      for (const piece of section.chunks()) {
        hash.update(piece);
        yield piece;
      }
    }
    yield hash.digest();
  }

  #write(view: DataView, at: number, entry: LayerFile): void {
    let flags = entry.opaque === true ? OPAQUE : 0;
    if (entry.recreated === true) flags |= RECREATED;
    view.setUint8(at + 4, TYPE_CODES.get(entry.type) ?? 0);
    view.setUint16(at + 6, entry.mode, true);
    view.setUint32(at + 8, entry.uid, true);
    view.setUint32(at + 12, entry.gid, true);
    view.setFloat64(at + 16, entry.size, true);
    view.setFloat64(at + 24, entry.mtime, true);
    view.setUint32(at + 32, entry.mtimeNs, true);
    if (entry.linkGroup !== undefined) {
      flags |= HAS_LINK_GROUP;
      view.setUint32(at + 36, entry.linkGroup, true);
    }
    if (entry.devMajor !== undefined || entry.devMinor !== undefined) {
      flags |= HAS_DEVICE;
      view.setUint32(at + 40, entry.devMajor ?? 0, true);
      view.setUint32(at + 44, entry.devMinor ?? 0, true);
    }
    if (entry.tarOffset !== undefined) {
      flags |= HAS_TAR_OFFSET;
      view.setFloat64(at + 48, entry.tarOffset, true);
    }
    if (entry.linkTarget !== undefined) {
      flags |= HAS_LINK_TARGET;
      this.#targets.text(entry.linkTarget);
      view.setUint32(at + 56, entry.linkTarget.length, true);
    }
    if (entry.xattrs !== undefined) {
      flags |= HAS_XATTRS;
      view.setUint32(at + 60, this.#writeXattrs(entry.xattrs), true);
    }
    if (entry.digest !== undefined) {
      flags |= HAS_DIGEST;
      this.#digests.text(entry.digest.slice(DIGEST_PREFIX.length), 'hex');
    }
    view.setUint8(at + 5, flags);
  }

  /** @returns how many bytes they take */
  #writeXattrs(xattrs: Readonly<Record<string, string>>): number {
    const before = this.#xattrs.size;
    for (const name of Object.keys(xattrs).sort()) {
      const value = xattrs[name] ?? '';
      const { view, at } = this.#xattrs.reserve(8);
      view.setUint32(at, name.length, true);
      view.setUint32(at + 4, value.length, true);
      this.#xattrs.text(name);
      this.#xattrs.text(value);
    }
    return this.#xattrs.size - before;
  }
}
