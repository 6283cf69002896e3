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

/** Bytes of a record: type, mode, owner, times, size, link group (0: none), end of the path in its chunk. */
const RECORD = 44;
/** Records of a full chunk, a power of two. */
const CHUNK_BITS = 12;
const CHUNK = 1 << CHUNK_BITS;
const FIRST_RECORDS = 16;
const FIRST_BYTES = 1024;

/** What few entries have. */
type Rare = Pick<FileEntry, 'linkTarget' | 'devMajor' | 'devMinor' | 'xattrs'>;

/** Some thousand entries, so that a table grows without moving what it has. */
interface Chunk {
  records: DataView;
  paths: Buffer;
  pathsEnd: number;
}

/** A list of entries that grows at its end. Each call of `at` makes a new object. */
export class EntryTable {
  #length = 0;
  readonly #chunks: Chunk[] = [];
  readonly #rare = new Map<number, Rare>();

  get length(): number {
    return this.#length;
  }

  add(entry: FileEntry): void {
    const number = this.#length++;
    const { path, linkTarget, devMajor, devMinor, xattrs } = entry;
    const chunk = this.#room(number);
    addPath(chunk, path);
    const { records } = chunk;
    const at = (number % CHUNK) * RECORD;
    records.setUint8(at, CODES.get(entry.type) ?? 0);
    records.setUint16(at + 2, entry.mode);
    records.setUint32(at + 4, entry.uid);
    records.setUint32(at + 8, entry.gid);
    records.setUint32(at + 12, entry.mtimeNs);
    records.setFloat64(at + 16, entry.size);
    records.setFloat64(at + 24, entry.mtime);
    records.setFloat64(at + 32, entry.linkGroup ?? 0);
    records.setUint32(at + 40, chunk.pathsEnd);
    const isPlain =
      linkTarget === undefined &&
      devMajor === undefined &&
      devMinor === undefined &&
      xattrs === undefined;
    if (!isPlain) this.#rare.set(number, { linkTarget, devMajor, devMinor, xattrs });
  }

  path(number: number): BytePath {
    const { paths, records } = this.#chunk(number);
    const { from, to } = rangeOf(records, number % CHUNK);
    return paths.toString('latin1', from, to);
  }

  type(number: number): FileType {
    return TYPES[this.#chunk(number).records.getUint8((number % CHUNK) * RECORD)] ?? 'file';
  }

  /** Of the entry's modification, seconds since the epoch. */
  mtime(number: number): number {
    return this.#chunk(number).records.getFloat64((number % CHUNK) * RECORD + 24);
  }

  mtimeNs(number: number): number {
    return this.#chunk(number).records.getUint32((number % CHUNK) * RECORD + 12);
  }

  /** As `comparePaths(path(number), path)`, without making the former. */
  compare(number: number, path: BytePath): number {
    const { paths, records } = this.#chunk(number);
    return comparePathBytes(paths, rangeOf(records, number % CHUNK), path);
  }

  linkGroup(number: number): number | undefined {
    const group = this.#chunk(number).records.getFloat64((number % CHUNK) * RECORD + 32);
    return group === 0 ? undefined : group;
  }

  /** Takes an entry out of its link group. */
  unlink(number: number): void {
    this.#chunk(number).records.setFloat64((number % CHUNK) * RECORD + 32, 0);
  }

  /** @param number of an entry of the table */
  at(number: number): FileEntry {
    const { paths, records } = this.#chunk(number);
    const { from, to } = rangeOf(records, number % CHUNK);
    const at = (number % CHUNK) * RECORD;
    const group = records.getFloat64(at + 32);
    const rare = this.#rare.size === 0 ? undefined : this.#rare.get(number);
    return {
      path: paths.toString('latin1', from, to),
      type: TYPES[records.getUint8(at)] ?? 'file',
      mode: records.getUint16(at + 2),
      uid: records.getUint32(at + 4),
      gid: records.getUint32(at + 8),
      size: records.getFloat64(at + 16),
      mtime: records.getFloat64(at + 24),
      mtimeNs: records.getUint32(at + 12),
      linkTarget: rare?.linkTarget,
      linkGroup: group === 0 ? undefined : group,
      devMajor: rare?.devMajor,
      devMinor: rare?.devMinor,
      xattrs: rare?.xattrs,
    };
  }

  #chunk(number: number): Chunk {
    const chunk = this.#chunks[number >>> CHUNK_BITS];
    if (chunk === undefined) throw new RangeError(`no entry ${number}`);
    return chunk;
  }

  /** The chunk of the next record. Only the first one grows: most tables are small. */
  #room(number: number): Chunk {
    const within = number % CHUNK;
    if (within === 0) this.#begin(number === 0 ? FIRST_RECORDS : CHUNK);
    const chunk = this.#chunk(number);
    const { buffer } = chunk.records;
    if ((within + 1) * RECORD > buffer.byteLength) {
      const larger = new Uint8Array(2 * buffer.byteLength);
      larger.set(new Uint8Array(buffer));
      chunk.records = new DataView(larger.buffer);
    }
    return chunk;
  }

  #begin(records: number): void {
    const before = this.#chunks.at(-1);
    if (before !== undefined) before.paths = exactly(before.paths, before.pathsEnd);
    const paths = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, before?.pathsEnd ?? 0));
    const view = new DataView(new ArrayBuffer(records * RECORD));
    this.#chunks.push({ records: view, paths, pathsEnd: 0 });
  }
}

function addPath(chunk: Chunk, path: BytePath): void {
  const end = chunk.pathsEnd + path.length;
  if (end > chunk.paths.length) {
    const larger = Buffer.allocUnsafeSlow(Math.max(end, 2 * chunk.paths.length));
    chunk.paths.copy(larger, 0, 0, chunk.pathsEnd);
    chunk.paths = larger;
  }
  chunk.paths.write(path, chunk.pathsEnd, 'latin1');
  chunk.pathsEnd = end;
}

function exactly(bytes: Buffer, length: number): Buffer {
  if (bytes.length === length) return bytes;
  const exact = Buffer.allocUnsafeSlow(length);
  bytes.copy(exact, 0, 0, length);
  return exact;
}

/** Where the path of a chunk's record is. */
function rangeOf(records: DataView, within: number): { from: number; to: number } {
  const from = within === 0 ? 0 : records.getUint32((within - 1) * RECORD + 40);
  return { from, to: records.getUint32(within * RECORD + 40) };
}
