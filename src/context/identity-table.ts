/** The numbers that identify many host files, as columns. */

/** The numbers that identify a host file; all small, so that tens of thousands of them stay cheap. */
export interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
  readonly bytes: number;
  /** Seconds since the epoch, and nanoseconds. */
  readonly mtime: number;
  readonly mtimeNs: number;
  readonly ctime: number;
  readonly ctimeNs: number;
}

/** The times of the same files in an `EntryTable`. */
interface Times {
  mtime(number: number): number;
  mtimeNs(number: number): number;
}

/** Bytes of a record: inode, size, ctime, its nanoseconds, device. */
const RECORD = 32;
const CHUNK_BITS = 12;
const CHUNK = 1 << CHUNK_BITS;
const FIRST = 16;

/** A list that grows at its end. Each call of `at` makes a new object. */
export class IdentityTable {
  readonly #times: Times;
  #length = 0;
  readonly #chunks: DataView[] = [];
  readonly #devices: number[] = [];

  constructor(times: Times) {
    this.#times = times;
  }

  get length(): number {
    return this.#length;
  }

  /** The entry of the same number has its modification time. */
  add({ dev, ino, bytes, ctime, ctimeNs }: FileIdentity): void {
    const number = this.#length++;
    const records = this.#room(number);
    const at = (number % CHUNK) * RECORD;
    records.setFloat64(at, ino);
    records.setFloat64(at + 8, bytes);
    records.setFloat64(at + 16, ctime);
    records.setUint32(at + 24, ctimeNs);
    records.setUint32(at + 28, this.#device(dev));
  }

  /** @param number of a file of the table */
  at(number: number): FileIdentity {
    const records = this.#chunk(number);
    const at = (number % CHUNK) * RECORD;
    return {
      dev: this.#devices[records.getUint32(at + 28)] ?? 0,
      ino: records.getFloat64(at),
      bytes: records.getFloat64(at + 8),
      mtime: this.#times.mtime(number),
      mtimeNs: this.#times.mtimeNs(number),
      ctime: records.getFloat64(at + 16),
      ctimeNs: records.getUint32(at + 24),
    };
  }

  ino(number: number): number {
    return this.#chunk(number).getFloat64((number % CHUNK) * RECORD);
  }

  #device(dev: number): number {
    if (this.#devices.at(-1) === dev) return this.#devices.length - 1;
    const known = this.#devices.indexOf(dev);
    return known < 0 ? this.#devices.push(dev) - 1 : known;
  }

  #chunk(number: number): DataView {
    const chunk = this.#chunks[number >>> CHUNK_BITS];
    if (chunk === undefined) throw new RangeError(`no file ${number}`);
    return chunk;
  }

  #room(number: number): DataView {
    const within = number % CHUNK;
    if (within === 0) {
      const records = number === 0 ? FIRST : CHUNK;
      this.#chunks.push(new DataView(new ArrayBuffer(records * RECORD)));
    }
    const { buffer } = this.#chunk(number);
    if ((within + 1) * RECORD > buffer.byteLength) {
      const larger = new Uint8Array(2 * buffer.byteLength);
      larger.set(new Uint8Array(buffer as ArrayBuffer));
      this.#chunks[number >>> CHUNK_BITS] = new DataView(larger.buffer);
    }
    return this.#chunk(number);
  }
}
