/** Copies files into a tar that is being made, and returns what was copied. */
import { createHash, type Hash, hash } from 'node:crypto';
import { fstatSync } from 'node:fs';
import { AppError } from '../errors.ts';

import type { ContentDigest, ContentRange, FileEntry } from '../files/index.ts';
import { type DataRun, dataRuns, hasErrorCode } from '../system/index.ts';
import { ContentHasher } from './content-hasher.ts';
import { FileOpener, type ReadTarget, readFully } from './host-files.ts';
import { BLOCK_SIZE, CHUNK_SIZE, memberHeader, SMALL_SIZE, type TarPacker } from './tar-packer.ts';

export interface CopiedContent {
  /** Bytes copied, which may differ from what the entry announced. */
  readonly size: number;
  /** Undefined unless the writer hashes. */
  readonly digest: ContentDigest | undefined;
  /** In its place, if another thread computes it. */
  readonly later?: Promise<ContentDigest> | undefined;
  /** Where the content starts in the tar. */
  readonly tarOffset: number;
}

export interface MemberWriterOptions {
  /** Whether to compute the digest of each file from the bytes copied. */
  readonly hash: boolean;
  /** Hashes large files, where the caller allows it. */
  readonly contents?: ContentHasher | undefined;
}

export interface FileOptions {
  /** The digest of content that cannot change. */
  readonly known?: ContentDigest | undefined;
  /** Whether the digest may come later. */
  readonly mayBeLate?: boolean | undefined;
}

/** An open file, and its digest if that cannot have changed. */
interface OpenSource {
  readonly fd: number;
  readonly content: ContentRange;
  readonly known: ContentDigest | undefined;
  readonly mayBeLate: boolean;
}

const ATTEMPTS = 4;
const ZEROS = new Uint8Array(CHUNK_SIZE);
const DIGEST_PREFIX = 'sha512-256:';

export class MemberWriter implements Disposable {
  readonly #packer: TarPacker;
  readonly #hash: boolean;
  readonly #contents: ContentHasher | undefined;
  readonly #opener = new FileOpener();

  constructor(packer: TarPacker, options: MemberWriterOptions) {
    this.#packer = packer;
    this.#hash = options.hash;
    this.#contents = options.contents;
  }

  [Symbol.dispose](): void {
    this.#opener.close();
  }

  /**
   * Puts header, content and padding of a regular file. Yields where it may be interrupted: never within a small file.
   *
   * @param mtime whole seconds, for the header
   * @throws AppError CONTEXT_CHANGED when the file is gone, is another kind of file, or a large one changes its size
   */
  *file(
    entry: FileEntry,
    mtime: number,
    content: ContentRange | Uint8Array,
    { known, mayBeLate = false }: FileOptions = {},
  ): Generator<void, CopiedContent> {
    if (content instanceof Uint8Array) return yield* this.#memory(entry, mtime, content, known);
    const source = { fd: this.#openContent(entry, content), content, known, mayBeLate };
    try {
      let size = content.size;
      for (let attempt = 0; attempt < ATTEMPTS && size <= SMALL_SIZE; attempt++) {
        const copied = this.#small(sized(entry, size), mtime, source);
        if (copied !== undefined) return copied;
        size = fstatSync(source.fd).size;
      }
      return yield* this.#large(sized(entry, size), mtime, source);
    } catch (error) {
      if (hasErrorCode(error, 'ESPIPE', 'EISDIR'))
        throw changed(entry, 'is no longer a file', error);
      throw error;
    } finally {
      if (content.offset === 0) this.#opener.close();
    }
  }

  #openContent(entry: FileEntry, content: ContentRange): number {
    try {
      return this.#opener.open(content);
    } catch (error) {
      throw changed(entry, 'can no longer be opened', error);
    }
  }

  *#memory(
    entry: FileEntry,
    mtime: number,
    bytes: Uint8Array,
    known: ContentDigest | undefined,
  ): Generator<void, CopiedContent> {
    const packer = this.#packer;
    packer.put(memberHeader(sized(entry, bytes.length), { mtime }));
    const tarOffset = packer.position;
    const hasher = known === undefined ? this.#hasher() : undefined;
    for (let done = 0; done < bytes.length; done += CHUNK_SIZE) {
      const part = bytes.subarray(done, done + CHUNK_SIZE);
      packer.put(part);
      hasher?.update(part);
      if (part.length === CHUNK_SIZE) yield;
    }
    packer.pad(bytes.length);
    return { size: bytes.length, digest: known ?? finished(hasher), tarOffset };
  }

  /**
   * Reads straight into the chunk, after the space for the header, which is made when the size is known.
   *
   * @returns undefined when the file has grown: nothing was put
   */
  #small(entry: FileEntry, mtime: number, source: OpenSource): CopiedContent | undefined {
    const { fd, content, known } = source;
    const { offset } = content;
    const packer = this.#packer;
    const header = memberHeader(entry, { mtime });
    packer.reserve(header.length + entry.size + BLOCK_SIZE);
    const { chunk, used } = packer;
    const start = used + header.length;
    // Read one byte more than the file should have: that shows whether it has grown.
    const length = entry.size + (offset === 0 ? 1 : 0);
    const size = readFully(fd, { buffer: chunk, start, length }, offset);
    if (size > entry.size) return undefined;
    if (size < entry.size && offset !== 0) throw changed(entry, 'is shorter than it was');
    const exact = size === entry.size ? header : memberHeader(sized(entry, size), { mtime });
    chunk.set(exact, used);
    const isKnown = known !== undefined && size === content.size;
    const digest = isKnown ? known : this.#digestOf(chunk.subarray(start, start + size));
    packer.advance(header.length + size);
    const tarOffset = packer.position - size;
    packer.pad(size);
    return { size, digest, tarOffset };
  }

  *#large(
    entry: FileEntry,
    mtime: number,
    { fd, content, known, mayBeLate }: OpenSource,
  ): Generator<void, CopiedContent> {
    const { offset } = content;
    const packer = this.#packer;
    packer.put(memberHeader(entry, { mtime }));
    const tarOffset = packer.position;
    const isKnown = known !== undefined && entry.size === content.size;
    const contents = mayBeLate && ContentHasher.isFor(entry.size) ? this.#contents : undefined;
    const later = isKnown ? undefined : contents?.add(tarOffset, entry.size);
    const hasher = isKnown || later !== undefined ? undefined : this.#hasher();
    if (packer.takesHoles && fstatSync(fd).size < offset + entry.size)
      throw changed(entry, 'is shorter than it was');
    let done = 0;
    for (const run of this.#runs(fd, offset, entry.size)) {
      yield* this.#hole(run.offset - offset - done, hasher);
      for (done = run.offset - offset; done < run.offset - offset + run.size; ) {
        const target: ReadTarget = {
          buffer: packer.chunk,
          start: packer.used,
          length: Math.min(packer.free, run.offset - offset + run.size - done),
        };
        const count = readFully(fd, target, offset + done);
        if (count < target.length) throw changed(entry, 'is shorter than it was');
        hasher?.update(packer.chunk.subarray(packer.used, packer.used + count));
        packer.advance(count);
        done += count;
        yield;
      }
    }
    yield* this.#hole(entry.size - done, hasher);
    if (offset === 0 && fstatSync(fd).size !== entry.size)
      throw changed(entry, 'has a different size');
    packer.pad(entry.size);
    return { size: entry.size, digest: isKnown ? known : finished(hasher), later, tarOffset };
  }

  #runs(fd: number, offset: number, size: number): Iterable<DataRun> {
    return this.#packer.takesHoles ? dataRuns(fd, offset, size) : [{ offset, size }];
  }

  *#hole(size: number, hasher: Hash | undefined): Generator<void, void> {
    if (size === 0) return;
    this.#packer.hole(size);
    for (let left = size; left > 0 && hasher !== undefined; left -= ZEROS.length) {
      hasher.update(left < ZEROS.length ? ZEROS.subarray(0, left) : ZEROS);
      yield;
    }
  }

  #digestOf(bytes: Uint8Array): ContentDigest | undefined {
    return this.#hash ? digestOf(bytes) : undefined;
  }

  #hasher(): Hash | undefined {
    return this.#hash ? createHash('sha512-256') : undefined;
  }
}

function sized(entry: FileEntry, size: number): FileEntry {
  return entry.size === size ? entry : { ...entry, size };
}

function digestOf(bytes: Uint8Array): ContentDigest {
  return (DIGEST_PREFIX + hash('sha512-256', bytes, 'hex')) as ContentDigest;
}

function finished(hasher: Hash | undefined): ContentDigest | undefined {
  return hasher && ((DIGEST_PREFIX + hasher.digest('hex')) as ContentDigest);
}

function changed(entry: FileEntry, what: string, cause?: unknown): AppError {
  const shown = Buffer.from(entry.path, 'latin1').toString('utf8');
  return new AppError('CONTEXT_CHANGED', `'${shown}' changed while it was copied: it ${what}`, {
    hint: 'build again when nothing writes to the files',
    cause,
  });
}
