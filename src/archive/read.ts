/** Archives as streams of members, for sequential reading. */

import { AppError } from '../errors.ts';
import { tooLarge } from './failures.ts';
import type { TarHeader } from './header.ts';
import { type TarEvent, type TarMemberEvent, TarParser } from './parser.ts';
import type { SparsePiece } from './sparse.ts';

export interface TarMember {
  readonly header: TarHeader;
  /** Where the stored content starts in the archive. */
  readonly offset: number;
  /** Bytes of stored content; equals `header.size` for a file that is not sparse. */
  readonly storedSize: number;
  /** Set for sparse files, whose stored content differs from the unpacked file. */
  readonly sparse?: readonly SparsePiece[] | undefined;
  /**
   * The unpacked content, `header.size` bytes, with holes filled with zeros. Can be read once, before the next member
   * is requested; unread content is skipped. Do not collect it in memory: a tiny archive can declare a huge sparse
   * file.
   */
  readonly content: AsyncIterable<Uint8Array>;
  /** The same content without the holes, which are zeros. Read either this or `content`. */
  readonly pieces: AsyncIterable<ContentPiece>;
}

export interface ContentPiece {
  /** Position of the bytes in the unpacked content. */
  readonly position: number;
  readonly bytes: Uint8Array;
}

/**
 * Reads an archive member by member.
 * @param source the uncompressed archive; its iterator is closed if the caller stops early
 * @throws AppError ARCHIVE_CORRUPT, ARCHIVE_TRUNCATED, ARCHIVE_LIMIT, ARCHIVE_UNSUPPORTED
 */
export async function* readTar(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<TarMember, void, undefined> {
  const events = new EventSource(source);
  try {
    for (;;) {
      const event = await events.next();
      if (event === undefined) return;
      if (event.kind !== 'member') continue;
      const { header, offset, storedSize, sparse } = event;
      const pieces = memberPieces(events, event, events.member);
      const content = filled(pieces, header.size);
      yield {
        header,
        offset,
        storedSize,
        content,
        pieces,
        ...(sparse !== undefined && { sparse }),
      };
    }
  } finally {
    await events.close();
  }
}

/**
 * The whole content of a small member.
 * @throws AppError ARCHIVE_LIMIT if it exceeds `limit` bytes
 */
export async function readContent(member: TarMember, limit: number): Promise<Buffer> {
  if (member.header.size > limit) {
    throw tooLarge(`the archive member ${JSON.stringify(member.header.path)}`, limit);
  }
  const chunks: Uint8Array[] = [];
  // Copied: a chunk is only valid until the next one is requested.
  for await (const chunk of member.content) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
}

/**
 * Whether ADD treats a file as a tar archive: its first header is valid. An empty archive does not count.
 * @param source the bytes after decompression
 */
export async function isTar(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<boolean> {
  try {
    for await (const _ of readTar(source)) return true;
    return false;
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('ARCHIVE_')) return false;
    throw error;
  }
}

/** Pulls a parser's events and feeds it from the source. Waits only if the parser needs more bytes. */
class EventSource {
  readonly #parser = new TarParser();
  readonly #iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  #ended = false;
  /** Number of the member whose events come next. */
  member = 0;

  constructor(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#iterator =
      Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  }

  async next(): Promise<TarEvent | undefined> {
    for (;;) {
      const event = this.#parser.next();
      if (event !== undefined) {
        if (event.kind === 'member') this.member++;
        return event;
      }
      if (this.#ended) return undefined;
      const result = await this.#iterator.next();
      if (result.done === true) {
        this.#ended = true;
        this.#parser.end();
      } else {
        this.#parser.push(result.value);
      }
    }
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#iterator.return?.();
  }
}

/** @param member the number of the member, to detect a late reader */
async function* memberPieces(
  events: EventSource,
  { header, sparse = [{ offset: 0, size: header.size }] }: TarMemberEvent,
  member: number,
): AsyncGenerator<ContentPiece, void, undefined> {
  let index = 0;
  let used = 0;
  for await (const chunk of storedContent(events, member)) {
    let rest = chunk;
    while (rest.length > 0) {
      const piece = sparse[index];
      if (piece === undefined)
        throw new Error('a sparse map that does not cover the stored content');
      const bytes = rest.subarray(0, piece.size - used);
      yield { position: piece.offset + used, bytes };
      rest = rest.subarray(bytes.length);
      used += bytes.length;
      if (used === piece.size) {
        index++;
        used = 0;
      }
    }
  }
}

async function* storedContent(
  events: EventSource,
  member: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (;;) {
    if (events.member !== member) throw new Error('the content of a tar member was read too late');
    const event = await events.next();
    if (event?.kind !== 'data') return;
    yield event.bytes;
  }
}

const ZEROS = new Uint8Array(64 * 1024);

async function* filled(
  pieces: AsyncIterable<ContentPiece>,
  size: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let done = 0;
  for await (const { position, bytes } of pieces) {
    yield* zeros(position - done);
    yield bytes;
    done = position + bytes.length;
  }
  yield* zeros(size - done);
}

function* zeros(count: number): Generator<Uint8Array, void, undefined> {
  for (let rest = count; rest > 0; rest -= ZEROS.length) {
    yield rest < ZEROS.length ? ZEROS.subarray(0, rest) : ZEROS;
  }
}
