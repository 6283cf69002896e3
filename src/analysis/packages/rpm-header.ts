/** The header of an rpm package as the database holds it: an index of tags, then their data; all numbers are big-endian. */

const NAME = 1000;
const VERSION = 1001;
const RELEASE = 1002;
const EPOCH = 1003;
const DIRECTORY_INDEXES = 1116;
const BASE_NAMES = 1117;
const DIRECTORY_NAMES = 1118;

const INDEX_ENTRY = 16;

export interface RpmHeader {
  readonly name: string;
  /** `[epoch:]version-release`. */
  readonly version: string;
  /** Absolute paths, as bytes in latin1. */
  readonly files: readonly string[];
}

/** @returns undefined for what is no header of a package */
export function decodeRpmHeader(bytes: Buffer): RpmHeader | undefined {
  const tags = new Tags(bytes);
  const [name] = tags.texts(NAME);
  const [version] = tags.texts(VERSION);
  const [release] = tags.texts(RELEASE);
  if (name === undefined || version === undefined || release === undefined) return undefined;
  const [epoch] = tags.numbers(EPOCH);
  const directories = tags.texts(DIRECTORY_NAMES);
  const indexes = tags.numbers(DIRECTORY_INDEXES);
  const files = tags
    .texts(BASE_NAMES)
    .map((base, position) => `${directories[indexes[position] ?? -1] ?? ''}${base}`);
  const numbered = `${version}-${release}`;
  return { name, version: epoch === undefined ? numbered : `${epoch}:${numbered}`, files };
}

class Tags {
  readonly #bytes: Buffer;
  readonly #data: number;
  /** Tag → where its data begins, and how many values it has. */
  readonly #index = new Map<number, { readonly offset: number; readonly count: number }>();

  constructor(bytes: Buffer) {
    const count = bytes.length < 8 ? 0 : bytes.readUInt32BE(0);
    this.#bytes = bytes;
    this.#data = 8 + count * INDEX_ENTRY;
    if (this.#data > bytes.length) return;
    for (let at = 8; at < this.#data; at += INDEX_ENTRY) {
      const offset = bytes.readInt32BE(at + 8);
      this.#index.set(bytes.readInt32BE(at), { offset, count: bytes.readUInt32BE(at + 12) });
    }
  }

  /** Ends early where the data does. */
  texts(tag: number): string[] {
    const { offset = 0, count = 0 } = this.#index.get(tag) ?? {};
    const found: string[] = [];
    let start = this.#data + offset;
    while (found.length < count) {
      const end = this.#bytes.indexOf(0, start);
      if (start < this.#data || end < 0) break;
      found.push(this.#bytes.toString('latin1', start, end));
      start = end + 1;
    }
    return found;
  }

  numbers(tag: number): number[] {
    const { offset = 0, count = 0 } = this.#index.get(tag) ?? {};
    const found: number[] = [];
    let at = this.#data + offset;
    while (found.length < count && at >= this.#data && at + 4 <= this.#bytes.length) {
      found.push(this.#bytes.readUInt32BE(at));
      at += 4;
    }
    return found;
  }
}
