/** Many entries as columns of numbers and one piece of bytes, a tenth of what they take as objects. */
import { type BytePath, comparePathBytes, type FileEntry, type FileType } from './entry.ts';

const TYPES: readonly FileType[] = [
  'file',
  'directory',
  'symlink',
  'char',
  'block',
  'fifo',
  'socket',
];
const CODES = new Map(TYPES.map((type, code) => [type, code]));

/** Bytes of a record: type, mode, owner, times, size, link group (0: none), end of the path. */
const RECORD = 44;
const FIRST_RECORDS = 16;
const FIRST_BYTES = 1024;

/** What few entries have. */
type Rare = Pick<FileEntry, 'linkTarget' | 'devMajor' | 'devMinor' | 'xattrs'>;

/** A list of entries that grows at its end. Each call of `at` makes a new object. */
export class EntryTable {
  #length = 0;
  #records = new DataView(new ArrayBuffer(FIRST_RECORDS * RECORD));
  #paths = Buffer.alloc(FIRST_BYTES);
  #pathsEnd = 0;
  readonly #rare = new Map<number, Rare>();

  get length(): number {
    return this.#length;
  }

  add(entry: FileEntry): void {
    const number = this.#length++;
    const { path, linkTarget, devMajor, devMinor, xattrs } = entry;
    this.#addPath(path);
    const records = this.#room(number);
    const at = number * RECORD;
    records.setUint8(at, CODES.get(entry.type) ?? 0);
    records.setUint16(at + 2, entry.mode);
    records.setUint32(at + 4, entry.uid);
    records.setUint32(at + 8, entry.gid);
    records.setUint32(at + 12, entry.mtimeNs);
    records.setFloat64(at + 16, entry.size);
    records.setFloat64(at + 24, entry.mtime);
    records.setFloat64(at + 32, entry.linkGroup ?? 0);
    records.setUint32(at + 40, this.#pathsEnd);
    const isPlain =
      linkTarget === undefined &&
      devMajor === undefined &&
      devMinor === undefined &&
      xattrs === undefined;
    if (!isPlain) this.#rare.set(number, { linkTarget, devMajor, devMinor, xattrs });
  }

  path(number: number): BytePath {
    const from = number === 0 ? 0 : this.#records.getUint32((number - 1) * RECORD + 40);
    return this.#paths.toString('latin1', from, this.#records.getUint32(number * RECORD + 40));
  }

  type(number: number): FileType {
    return TYPES[this.#records.getUint8(number * RECORD)] ?? 'file';
  }

  /** As `comparePaths(path(number), path)`, without making the former. */
  compare(number: number, path: BytePath): number {
    const from = number === 0 ? 0 : this.#records.getUint32((number - 1) * RECORD + 40);
    const to = this.#records.getUint32(number * RECORD + 40);
    return comparePathBytes(this.#paths, { from, to }, path);
  }

  linkGroup(number: number): number | undefined {
    const group = this.#records.getFloat64(number * RECORD + 32);
    return group === 0 ? undefined : group;
  }

  /** Takes an entry out of its link group. */
  unlink(number: number): void {
    this.#records.setFloat64(number * RECORD + 32, 0);
  }

  /** @param number of an entry of the table */
  at(number: number): FileEntry {
    const records = this.#records;
    const at = number * RECORD;
    const rare = this.#rare.size === 0 ? undefined : this.#rare.get(number);
    return {
      path: this.path(number),
      type: this.type(number),
      mode: records.getUint16(at + 2),
      uid: records.getUint32(at + 4),
      gid: records.getUint32(at + 8),
      size: records.getFloat64(at + 16),
      mtime: records.getFloat64(at + 24),
      mtimeNs: records.getUint32(at + 12),
      linkTarget: rare?.linkTarget,
      linkGroup: this.linkGroup(number),
      devMajor: rare?.devMajor,
      devMinor: rare?.devMinor,
      xattrs: rare?.xattrs,
    };
  }

  #addPath(path: BytePath): void {
    const end = this.#pathsEnd + path.length;
    if (end > this.#paths.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(end, 2 * this.#paths.length));
      this.#paths.copy(larger, 0, 0, this.#pathsEnd);
      this.#paths = larger;
    }
    this.#paths.write(path, this.#pathsEnd, 'latin1');
    this.#pathsEnd = end;
  }

  #room(number: number): DataView {
    const { buffer } = this.#records;
    if ((number + 1) * RECORD > buffer.byteLength) {
      const larger = new Uint8Array(2 * buffer.byteLength);
      larger.set(new Uint8Array(buffer));
      this.#records = new DataView(larger.buffer);
    }
    return this.#records;
  }
}
