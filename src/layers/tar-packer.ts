/** Puts tar members one after the other into large chunks of memory. */
import { END_OF_ARCHIVE, encodeHeader, padding, type TarHeader } from '../archive/index.ts';
import type { FileEntry } from '../files/index.ts';

/** Tar headers and contents are padded to multiples of it. */
export const BLOCK_SIZE = 512;

/** Small enough that filling and hashing one chunk does not block the event loop for long. */
export const CHUNK_SIZE = 512 * 1024;

export interface TarPackerOptions {
  /** Takes each full chunk, in order. */
  readonly emit: (chunk: Buffer) => void;
  /** Whether `emit` is done with a chunk when it returns, so that its memory may be used again. */
  readonly reuse: boolean;
  /** Takes ranges of zeros, in order with the chunks. Undefined: they are put like other bytes. */
  readonly skip?: ((size: number) => void) | undefined;
}

/** Chunks of tars that have ended: V8 collects garbage for each 64 MB of new ones. */
const spares: Buffer[] = [];
const MOST_SPARES = 4;
const ENDED = Buffer.alloc(0);

export class TarPacker {
  readonly #emit: (chunk: Buffer) => void;
  readonly #reuse: boolean;
  readonly #skip: ((size: number) => void) | undefined;
  #chunk = spares.pop() ?? Buffer.allocUnsafeSlow(CHUNK_SIZE);
  #used = 0;
  #emitted = 0;

  constructor({ emit, reuse, skip }: TarPackerOptions) {
    this.#skip = skip;
    this.#emit = emit;
    this.#reuse = reuse;
  }

  /** Bytes put so far: the offset of the next one in the tar. */
  get position(): number {
    return this.#emitted + this.#used;
  }

  /** The chunk being filled; bytes before `used` are taken. */
  get chunk(): Buffer {
    return this.#chunk;
  }

  get used(): number {
    return this.#used;
  }

  /** Whether ranges of zeros can be skipped. */
  get takesHoles(): boolean {
    return this.#skip !== undefined;
  }

  get free(): number {
    return this.#chunk.length - this.#used;
  }

  /** Makes sure that `length` bytes fit in one piece at `used`. At most CHUNK_SIZE. */
  reserve(length: number): void {
    if (length > this.free) this.flush();
    if (length > this.free) throw new Error(`no chunk holds ${length} bytes`);
  }

  /** Takes bytes that were written to `chunk` at `used`. */
  advance(length: number): void {
    this.#used += length;
    if (this.#used === this.#chunk.length) this.flush();
  }

  put(bytes: Uint8Array): void {
    if (this.#chunk === ENDED) throw new Error('the tar has ended');
    for (let done = 0; done < bytes.length; ) {
      const length = Math.min(this.free, bytes.length - done);
      this.#chunk.set(bytes.subarray(done, done + length), this.#used);
      this.advance(length);
      done += length;
    }
  }

  /** Fills up to the next block after `size` bytes of content. */
  pad(size: number): void {
    const length = padding(size);
    if (length === 0) return;
    this.reserve(length);
    this.#chunk.fill(0, this.#used, this.#used + length);
    this.advance(length);
  }

  /**
   * Puts zeros without making them: hands out all bytes before, and calls `skip`.
   *
   * @throws Error when there is no `skip`
   */
  hole(size: number): void {
    if (this.#skip === undefined) throw new Error('this tar has no holes');
    this.flush();
    this.#emitted += size;
    this.#skip(size);
  }

  /** Puts the end mark and hands out the rest; nothing can be put afterwards. */
  end(): void {
    this.put(END_OF_ARCHIVE);
    this.flush();
    if (this.#reuse && spares.length < MOST_SPARES) spares.push(this.#chunk);
    this.#chunk = ENDED;
  }

  flush(): void {
    if (this.#used === 0) return;
    const full = this.#chunk.subarray(0, this.#used);
    this.#emitted += this.#used;
    this.#used = 0;
    this.#emit(full);
    if (!this.#reuse) this.#chunk = Buffer.allocUnsafeSlow(CHUNK_SIZE);
  }
}

/** Bytes of content up to which header, content and padding go into one chunk in one piece. */
export const SMALL_SIZE = CHUNK_SIZE / 2 - BLOCK_SIZE;

/** What differs from the index in a layer's tar: the time in whole seconds, and the name of the first link. */
export interface MemberOptions {
  readonly mtime: number;
  /** The path of another member that is the same inode. */
  readonly linkTo?: string | undefined;
}

/**
 * The header of an entry in a layer's tar. Fractions of seconds are left out, as other builders do: they would
 * need an extended header for every file.
 */
export function memberHeader(entry: FileEntry, { mtime, linkTo }: MemberOptions): Buffer {
  if (entry.type === 'socket') throw new Error(`a tar holds no sockets: ${entry.path}`);
  const header: TarHeader = {
    path: entry.path,
    type: linkTo === undefined ? entry.type : 'hardlink',
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    size: linkTo === undefined && entry.type === 'file' ? entry.size : 0,
    mtime,
    mtimeNs: 0,
    linkTarget: linkTo ?? entry.linkTarget,
    devMajor: entry.devMajor,
    devMinor: entry.devMinor,
    xattrs: entry.xattrs,
  };
  return encodeHeader(header);
}
