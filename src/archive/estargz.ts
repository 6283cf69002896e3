/**
 * eStargz: a gzip-compressed tar in which every file can be read on its own. The content of each file starts a gzip
 * member, large files one every 4 MiB. A table of contents comes last, as a separate tar in the same stream, and a
 * footer holds its offset. For a gzip reader it is an ordinary tar with one more file.
 * https://github.com/containerd/stargz-snapshotter/blob/main/docs/estargz.md
 */
import { createHash, type Hash } from 'node:crypto';
import { encodeHeader } from './encode.ts';
import { encodeToc, TOC_NAME, type TocEntry, tocEntry } from './estargz-toc.ts';
import { unsupported } from './failures.ts';
import { gzipMember } from './gzip.ts';
import { END_OF_ARCHIVE, padding } from './header.ts';
import { type TarMemberEvent, TarParser } from './parser.ts';

export interface EstargzOptions {
  /** 0 to 9; default 6. */
  readonly level?: number | undefined;
}

/** Digests for the blob's descriptor and the image config. */
export interface EstargzInfo {
  /** `sha256:…` of the table of contents. */
  readonly tocDigest: string;
  /** `sha256:…` of the whole gzip stream's output, including the table of contents. */
  readonly uncompressedDigest: string;
  readonly uncompressedSize: number;
}

const CHUNK = 4 << 20;
/** Bytes. Headers alone can be many: they are also split into members. */
const MAX_MEMBER = 2 * CHUNK;
const MAX_PENDING = 6;

/**
 * Compresses a tar. The same tar and level give the same bytes with the same release of zlib.
 * @returns the info, once all chunks have been consumed; the caller owns the chunks
 * @throws AppError ARCHIVE_UNSUPPORTED for a tar with a table of contents or sparse files
 */
export async function* compressEstargz(
  source: AsyncIterable<Uint8Array>,
  { level = 6 }: EstargzOptions = {},
): AsyncGenerator<Uint8Array, EstargzInfo, undefined> {
  const outline = new Outline();
  const all = createHash('sha256');
  const pending: Promise<Buffer>[] = [];
  let size = 0;
  let offset = 0;
  const put = async (): Promise<Buffer> => {
    const member = (await pending.shift()) ?? Buffer.alloc(0);
    outline.located(offset);
    offset += member.length;
    return member;
  };
  try {
    for await (const segment of segments(source, outline)) {
      all.update(segment);
      size += segment.length;
      pending.push(gzipMember(segment, level));
      if (pending.length >= MAX_PENDING) yield await put();
    }
    while (pending.length > 0) yield await put();
  } finally {
    // If the caller stops early, no rejection may remain unhandled.
    await Promise.allSettled(pending);
  }
  const toc = encodeToc(outline.entries());
  const table = tarOfToc(toc);
  all.update(table);
  yield await gzipMember(table, level);
  yield footer(offset);
  return {
    tocDigest: `sha256:${createHash('sha256').update(toc).digest('hex')}`,
    uncompressedDigest: `sha256:${all.digest('hex')}`,
    uncompressedSize: size + table.length,
  };
}

/** The stream, split where members must start. The caller owns the pieces. */
async function* segments(
  source: AsyncIterable<Uint8Array>,
  outline: Outline,
): AsyncGenerator<Buffer, void, undefined> {
  let parts: Buffer[] = [];
  let size = 0;
  let position = 0;
  const take = (): Buffer => {
    const segment = Buffer.concat(parts, size);
    parts = [];
    size = 0;
    outline.began(segment.length);
    return segment;
  };
  for await (const chunk of source) {
    let start = 0;
    // Copied: a chunk is only valid until the next one is requested.
    const bytes = Buffer.from(chunk);
    for (const cut of outline.read(bytes)) {
      const end = cut - position;
      parts.push(bytes.subarray(start, end));
      size += end - start;
      start = end;
      if (size > 0) yield take();
    }
    parts.push(bytes.subarray(start));
    size += bytes.length - start;
    position += bytes.length;
    if (size >= MAX_MEMBER && !outline.insideContent) yield take();
  }
  outline.end();
  if (size > 0) yield take();
}

/** A piece of a file's content: the entry that names it, and where it starts in the uncompressed stream. */
interface Piece {
  readonly entry: TocEntry;
  readonly position: number;
}

/** Parses the tar while it passes, finds where members start, and collects the table of contents. */
class Outline {
  readonly #parser = new TarParser();
  readonly #entries: TocEntry[] = [];
  /** Pieces whose offset is not known yet, in the order of the stream. */
  readonly #pieces: Piece[] = [];
  /** Start positions of the segments without a known offset. */
  readonly #starts: number[] = [];
  #nextStart = 0;
  #file: FileReading | undefined;

  /** @returns positions in the uncompressed stream at which a member must start, in order */
  read(chunk: Buffer): number[] {
    const cuts: number[] = [];
    this.#parser.push(chunk);
    for (let event = this.#parser.next(); event !== undefined; event = this.#parser.next()) {
      if (event.kind === 'member') this.#member(event, cuts);
      else if (event.kind === 'data') this.#data(event.bytes, cuts);
      else this.#endOfFile();
    }
    return cuts;
  }

  get insideContent(): boolean {
    return this.#file !== undefined && this.#file.remaining > 0;
  }

  end(): void {
    this.#parser.end();
  }

  /** Call after a segment of `size` uncompressed bytes. */
  began(size: number): void {
    this.#starts.push(this.#nextStart);
    this.#nextStart += size;
  }

  /** Sets the offset, in the compressed stream, of the oldest segment without one. */
  located(offset: number): void {
    const start = this.#starts.shift();
    const [piece] = this.#pieces;
    if (piece === undefined || piece.position !== start) return;
    piece.entry.offset = offset;
    this.#pieces.shift();
  }

  entries(): readonly TocEntry[] {
    if (this.#pieces.length > 0) throw new Error('content of an eStargz layer was not located');
    return this.#entries;
  }

  #member({ header, offset, storedSize, sparse }: TarMemberEvent, cuts: number[]): void {
    const clean = header.path.replace(/^(?:\.?\/)+/, '');
    if (clean === TOC_NAME || sparse !== undefined) {
      throw unsupported(
        sparse === undefined
          ? 'a layer that is eStargz already cannot be compressed with estargz again'
          : 'a layer with sparse files cannot be compressed with estargz',
      );
    }
    const entry = tocEntry(header);
    this.#entries.push(entry);
    if (header.type !== 'file') return;
    const whole = createHash('sha256');
    this.#file = {
      name: entry.name,
      entry,
      first: entry,
      whole,
      remaining: storedSize,
      position: offset,
    };
    if (storedSize > 0) this.#piece(this.#file, entry, cuts);
  }

  #data(bytes: Buffer, cuts: number[]): void {
    const file = this.#file;
    if (file === undefined) return;
    for (let rest = bytes; rest.length > 0; ) {
      if (file.chunk === undefined || file.chunk.left === 0) this.#nextPiece(file, cuts);
      const { chunk } = file;
      if (chunk === undefined) throw new Error('content of a tar member beyond its size');
      const part = rest.subarray(0, chunk.left);
      chunk.hash.update(part);
      file.whole.update(part);
      chunk.left -= part.length;
      file.remaining -= part.length;
      file.position += part.length;
      rest = rest.subarray(part.length);
      if (chunk.left === 0) file.entry.chunkDigest = `sha256:${chunk.hash.digest('hex')}`;
    }
  }

  #nextPiece(file: FileReading, cuts: number[]): void {
    const entry: TocEntry = { name: file.name, type: 'chunk' };
    this.#entries.push(entry);
    this.#piece(file, entry, cuts);
  }

  #piece(file: FileReading, entry: TocEntry, cuts: number[]): void {
    const left = Math.min(CHUNK, file.remaining);
    if (file.remaining > left) entry.chunkSize = left;
    const chunkOffset = (file.first.size ?? 0) - file.remaining;
    if (chunkOffset > 0) entry.chunkOffset = chunkOffset;
    file.entry = entry;
    file.chunk = { hash: createHash('sha256'), left };
    this.#pieces.push({ entry, position: file.position });
    cuts.push(file.position);
  }

  #endOfFile(): void {
    if (this.#file !== undefined) {
      this.#file.first.digest = `sha256:${this.#file.whole.digest('hex')}`;
    }
    this.#file = undefined;
  }
}

interface FileReading {
  readonly name: string;
  /** The entry of the piece being read. */
  entry: TocEntry;
  readonly first: TocEntry;
  readonly whole: Hash;
  /** Bytes of content still to come. */
  remaining: number;
  /** Where they start in the uncompressed stream. */
  position: number;
  chunk?: { readonly hash: Hash; left: number };
}

function tarOfToc(toc: Buffer): Buffer {
  const header = encodeHeader({
    ...{ path: TOC_NAME, type: 'file', size: toc.length },
    ...{ mode: 0, uid: 0, gid: 0, mtime: 0, mtimeNs: 0 },
  });
  return Buffer.concat([header, toc, Buffer.alloc(padding(toc.length)), END_OF_ARCHIVE]);
}

/** An empty gzip member of 51 bytes, whose extra field holds the position of the table of contents. */
function footer(tocOffset: number): Buffer {
  const text = `${tocOffset.toString(16).padStart(16, '0')}STARGZ`;
  const extra = Buffer.alloc(6);
  extra.writeUInt16LE(4 + text.length, 0);
  extra.write('SG', 2, 'latin1');
  extra.writeUInt16LE(text.length, 4);
  const header = Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255]);
  const emptyStoredBlock = Buffer.from([1, 0, 0, 0xff, 0xff]);
  return Buffer.concat([
    header,
    extra,
    Buffer.from(text, 'latin1'),
    emptyStoredBlock,
    Buffer.alloc(8),
  ]);
}
