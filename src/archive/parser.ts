/**
 * A synchronous tar parser: push bytes as they arrive, pull events until it needs more bytes. It never waits, never
 * copies content, and holds at most one extended header in memory.
 *
 *     for await (const chunk of source) {
 *       parser.push(chunk);
 *       for (let event = parser.next(); event !== undefined; event = parser.next()) { … }
 *     }
 *     parser.end();
 *
 * Supports v7, ustar, pax, star, GNU tar (long names, sparse files, base-256 numbers), and archives written by Go.
 */
import { ChunkCursor } from './cursor.ts';
import { corrupt, tooLarge, tooMany, truncated, unsupported } from './failures.ts';
import { checksumAgrees, FIELDS, isZeroBlock, readNumber } from './fields.ts';
import { BLOCK_SIZE, MAX_SPECIAL_SIZE, padding, type TarHeader } from './header.ts';
import { noExtensions, readMember, typeFlagOf } from './member.ts';
import { parseRecords } from './pax.ts';
import {
  addBinaryPieces,
  checkPieces,
  DataMapReader,
  type SparseMap,
  type SparsePiece,
} from './sparse.ts';

/** The start of a member; its stored content follows as `data` events and one `end`. */
export interface TarMemberEvent {
  readonly kind: 'member';
  readonly header: TarHeader;
  /** Where the stored content starts in the archive. */
  readonly offset: number;
  /** Bytes of stored content; equals `header.size` for a file that is not sparse. */
  readonly storedSize: number;
  /** For a sparse file: where the stored bytes belong, in their order. All else up to `header.size` is zeros. */
  readonly sparse?: readonly SparsePiece[] | undefined;
}

export type TarEvent =
  | TarMemberEvent
  /** A view into the pushed chunk, valid as long as the chunk. */
  | { readonly kind: 'data'; readonly bytes: Buffer }
  | { readonly kind: 'end' };

type State = 'header' | 'special' | 'sparse-blocks' | 'sparse-map' | 'content' | 'padding' | 'done';
/** `again`: no event, but there may be more input. */
type Step = TarEvent | 'again' | undefined;

/** Records of a global header that apply to all following members. */
const GLOBAL_KEYS = ['mtime', 'uid', 'gid'];
/** Readers keep data of each member in memory; the largest images have about 100,000 members in a layer. */
const MAX_MEMBERS = 2_000_000;
const END: TarEvent = { kind: 'end' };

export interface TarParserOptions {
  /** Limit of members. */
  readonly mostMembers?: number | undefined;
}

export class TarParser {
  readonly #mostMembers: number;
  readonly #input = new ChunkCursor();
  #state: State = 'header';
  /** Remaining bytes of content, padding or extended header. */
  #remaining = 0;
  #special = '';
  /** Position of the latest header block. */
  #position = 0;
  #sawZeroBlock = false;
  #members = 0;
  readonly #globals = new Map<string, string>();
  #extensions = noExtensions();
  #header: TarHeader | undefined;
  #storedSize = 0;
  #sparse: SparseMap | undefined;
  #dataMap = new DataMapReader();

  constructor({ mostMembers = MAX_MEMBERS }: TarParserOptions = {}) {
    this.#mostMembers = mostMembers;
  }

  /** Pushes a chunk. All events of the previous one must have been pulled. */
  push(chunk: Uint8Array): void {
    this.#input.push(chunk);
  }

  /**
   * The next event; undefined if more bytes are needed or the archive has ended.
   * @throws AppError ARCHIVE_CORRUPT, ARCHIVE_LIMIT, ARCHIVE_UNSUPPORTED
   */
  next(): TarEvent | undefined {
    for (;;) {
      const step = this.#step();
      if (step !== 'again') return step;
    }
  }

  /**
   * Passes over content of the current member, which need not be read then. Call it when `next` needs more bytes.
   * @param most bytes that may be passed over, such as those left in the file
   * @returns bytes that the next chunk comes after
   */
  skip(most: number): number {
    if (this.#state !== 'content' || this.#input.available > 0) return 0;
    const size = Math.min(this.#remaining, most);
    this.#input.skip(size);
    this.#remaining -= size;
    return size;
  }

  /** True after the two zero blocks at the end; anything after them is ignored. */
  get done(): boolean {
    return this.#state === 'done';
  }

  /**
   * Call at the end of the input. Like other readers, accepts an archive that ends after a whole member without the
   * final zero blocks or padding.
   * @throws AppError ARCHIVE_TRUNCATED if it ends inside a header or content
   */
  end(): void {
    if (this.#state === 'done' || this.#state === 'padding') return;
    if (this.#state === 'header' && this.#input.collected === 0 && !this.#extensions.pending)
      return;
    if (this.#state !== 'content' || this.#header === undefined) throw truncated('inside a header');
    throw truncated(
      `inside ${JSON.stringify(Buffer.from(this.#header.path, 'latin1').toString())}`,
    );
  }

  #step(): Step {
    switch (this.#state) {
      case 'header':
        return this.#readHeader();
      case 'special':
        return this.#readSpecial();
      case 'sparse-blocks':
        return this.#readSparseBlock();
      case 'sparse-map':
        return this.#readSparseMap();
      case 'content':
        return this.#readContent();
      case 'padding':
        return this.#skipPadding();
      case 'done':
        this.#input.view(this.#input.available);
        return undefined;
    }
  }

  #readHeader(): Step {
    const position = this.#input.offset;
    const block = this.#input.take(BLOCK_SIZE);
    if (block === undefined) return undefined;
    this.#position = position;
    if (block[0] === 0 && isZeroBlock(block)) {
      if (this.#extensions.pending) throw truncated('after an extended header');
      if (this.#sawZeroBlock) this.#state = 'done';
      this.#sawZeroBlock = true;
      return 'again';
    }
    if (this.#sawZeroBlock) throw corrupt('data after the end marker', position);
    if (!checksumAgrees(block)) throw corrupt('wrong checksum', position);
    return this.#useHeader(block);
  }

  #useHeader(block: Buffer): Step {
    const type = typeFlagOf(block);
    switch (type) {
      case 'x':
      case 'X':
      case 'g':
      case 'L':
      case 'K':
        return this.#startSpecial(type, block);
      case 'V':
        // A volume label is no file and has no content.
        return 'again';
      case 'M':
        throw unsupported('the archive begins in the middle of a file from another volume');
      default:
        return this.#startMember(block);
    }
  }

  #startSpecial(type: string, block: Buffer): Step {
    const size = readNumber(block, FIELDS.size);
    if (size === undefined || size < 0) throw corrupt('unreadable size', this.#position);
    if (size > MAX_SPECIAL_SIZE) throw tooLarge('an extended tar header', MAX_SPECIAL_SIZE);
    this.#special = type;
    this.#remaining = size;
    // A global header may be the last one.
    if (type !== 'g') this.#extensions.pending = true;
    this.#state = 'special';
    return 'again';
  }

  #readSpecial(): Step {
    const size = this.#remaining;
    const padded = this.#input.take(size + padding(size));
    if (padded === undefined) return undefined;
    this.#useSpecial(padded.subarray(0, size));
    this.#state = 'header';
    return 'again';
  }

  #useSpecial(body: Buffer): void {
    switch (this.#special) {
      case 'L':
        this.#extensions.longName = untilNul(body);
        return;
      case 'K':
        this.#extensions.longLink = untilNul(body);
        return;
      case 'g': {
        const records = parseRecords(body, this.#position);
        for (const key of GLOBAL_KEYS) {
          const value = records.get(key);
          if (value !== undefined) this.#globals.set(key, value);
        }
        return;
      }
      default:
        this.#extensions.records = parseRecords(body, this.#position);
    }
  }

  #startMember(block: Buffer): Step {
    const extensions = this.#extensions;
    this.#extensions = noExtensions();
    if (this.#globals.size > 0) {
      extensions.records = new Map([...this.#globals, ...extensions.records]);
    }
    const member = readMember(block, extensions, this.#position);
    if (++this.#members > this.#mostMembers) throw tooMany(this.#mostMembers);
    this.#header = member.header;
    this.#storedSize = member.storedSize;
    this.#sparse = member.sparse;
    switch (member.sparse?.continued) {
      case undefined:
        return this.#announce();
      case 'in-blocks':
        this.#state = 'sparse-blocks';
        return 'again';
      case 'in-data':
        this.#dataMap = new DataMapReader();
        this.#state = 'sparse-map';
        return 'again';
    }
  }

  #readSparseBlock(): Step {
    const block = this.#input.take(BLOCK_SIZE);
    if (block === undefined) return undefined;
    const hasMore = addBinaryPieces(this.#sparse?.pieces ?? [], block, this.#position);
    return hasMore ? 'again' : this.#announce();
  }

  #readSparseMap(): Step {
    if (this.#storedSize < BLOCK_SIZE)
      throw corrupt('sparse map beyond the content', this.#position);
    const block = this.#input.take(BLOCK_SIZE);
    if (block === undefined) return undefined;
    this.#storedSize -= BLOCK_SIZE;
    const pieces = this.#dataMap.add(block, this.#position);
    if (pieces === undefined) return 'again';
    this.#sparse?.pieces.push(...pieces);
    return this.#announce();
  }

  #announce(): Step {
    const header = this.#header;
    if (header === undefined) throw new Error('a tar member without a header');
    const storedSize = this.#storedSize;
    this.#remaining = storedSize;
    this.#state = 'content';
    const offset = this.#input.offset;
    if (this.#sparse === undefined) return { kind: 'member', header, offset, storedSize };
    const { realSize } = this.#sparse;
    const sparse = checkPieces(this.#sparse.pieces, { realSize, storedSize }, this.#position);
    return { kind: 'member', header: { ...header, size: realSize }, offset, storedSize, sparse };
  }

  #readContent(): Step {
    if (this.#remaining === 0) {
      this.#remaining = padding(this.#storedSize);
      this.#state = 'padding';
      return END;
    }
    if (this.#input.available === 0) return undefined;
    const bytes = this.#input.view(this.#remaining);
    this.#remaining -= bytes.length;
    return { kind: 'data', bytes };
  }

  #skipPadding(): Step {
    this.#remaining -= this.#input.view(this.#remaining).length;
    if (this.#remaining > 0) return undefined;
    this.#state = 'header';
    return 'again';
  }
}

function untilNul(body: Buffer): string {
  const end = body.indexOf(0);
  return body.toString('latin1', 0, end < 0 ? body.length : end);
}
