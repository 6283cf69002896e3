/** What was read of selected files, by root and number. */
import type { ContentDigest } from '../../files/index.ts';

/** A `SelectedRoot`. */
interface ReadRoot {
  readonly files: { readonly length: number };
}

/** A file as it was when read, which may differ from when it was selected. */
export interface ReadFile {
  readonly digest: ContentDigest;
  readonly size: number;
}

/** A file that was read whole, and is copied from memory. */
export interface KeptFile extends ReadFile {
  readonly bytes: Uint8Array;
}

const PREFIX = 'sha512-256:';
const DIGEST_BYTES = 32;

/** Digests and sizes, 40 bytes for each file. */
export class ReadFiles {
  readonly #columns = new Map<ReadRoot, Column>();

  get(root: ReadRoot, number: number): ReadFile | undefined {
    return this.#columns.get(root)?.get(number);
  }

  set(root: ReadRoot, number: number, read: ReadFile): void {
    const column = this.#columns.get(root) ?? new Column(root.files.length);
    this.#columns.set(root, column);
    column.set(number, read);
  }
}

class Column {
  readonly #digests: Buffer;
  /** NaN where nothing was read. */
  readonly #sizes: Float64Array;

  constructor(length: number) {
    this.#digests = Buffer.alloc(length * DIGEST_BYTES);
    this.#sizes = new Float64Array(length).fill(Number.NaN);
  }

  get(number: number): ReadFile | undefined {
    const size = this.#sizes[number] ?? Number.NaN;
    if (Number.isNaN(size)) return undefined;
    const at = number * DIGEST_BYTES;
    const hex = this.#digests.toString('hex', at, at + DIGEST_BYTES);
    return { digest: (PREFIX + hex) as ContentDigest, size };
  }

  set(number: number, { digest, size }: ReadFile): void {
    this.#sizes[number] = size;
    this.#digests.write(digest.slice(PREFIX.length), number * DIGEST_BYTES, 'hex');
  }
}

/** Few and small files, with their contents. */
export class KeptFiles {
  readonly #files = new Map<ReadRoot, Map<number, KeptFile>>();

  get size(): number {
    return [...this.#files.values()].reduce((sum, files) => sum + files.size, 0);
  }

  get(root: ReadRoot, number: number): KeptFile | undefined {
    return this.#files.get(root)?.get(number);
  }

  set(root: ReadRoot, number: number, kept: KeptFile): void {
    const files = this.#files.get(root) ?? new Map<number, KeptFile>();
    this.#files.set(root, files);
    files.set(number, kept);
  }

  clear(): void {
    this.#files.clear();
  }
}
