/** Indexes a layer that streams by as a tar: nothing is stored, so its contents cannot be opened later. */
import { createHash, type Hash, hash } from 'node:crypto';
import { type TarMemberEvent, TarParser } from '../archive/index.ts';
import { TimeSlice } from '../concurrency/index.ts';
import type { ContentDigest, FileEntry } from '../files/index.ts';
import { DIGEST_PREFIX } from './index-encoder.ts';
import { type Inode, LayerBuilder, type LowerTree } from './layer-builder.ts';
import type { LayerEntry } from './layer-index.ts';
import { cleanMemberPath } from './member-path.ts';
import { type TarIdentity, tarIdentity } from './tar-identity.ts';

/** Receives the content of one file as it streams by. */
export interface ContentReader {
  /** The bytes are lent until the next call. */
  add(bytes: Uint8Array): void;
  /** Called after the last byte. */
  end(digest: ContentDigest): void;
}

/** @returns undefined for files whose content is not wanted */
export type InspectContent = (
  file: Pick<FileEntry, 'path' | 'size' | 'mode'>,
) => ContentReader | undefined;

export interface ScanOptions {
  /** Sparse files are left out. */
  readonly inspect?: InspectContent | undefined;
  /** The layers below, for tars that link to their files or leave out parent directories. */
  readonly base?: LowerTree | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ScannedLayer extends TarIdentity {
  /** As a layer index has them, with the digests of contents. */
  readonly entries: readonly LayerEntry[];
}

/**
 * @param source the uncompressed tar
 * @throws AppError LAYER_INVALID_MEMBER, LAYER_HARDLINK_TARGET_MISSING, ARCHIVE_*; what `source` throws; the signal's
 * reason
 */
export async function scanTar(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { base, inspect, signal }: ScanOptions = {},
): Promise<ScannedLayer> {
  const parser = new TarParser();
  const contents = new Contents(new LayerBuilder(base), inspect);
  const whole = createHash('sha256');
  const slice = new TimeSlice(signal);
  let size = 0;
  for await (const chunk of source) {
    whole.update(chunk);
    size += chunk.length;
    parser.push(chunk);
    for (let event = parser.next(); event !== undefined; event = parser.next()) {
      if (event.kind === 'member') contents.begin(event);
      else if (event.kind === 'data') contents.add(event.bytes);
      else contents.end();
    }
    if (slice.isOver) await slice.yield();
  }
  parser.end();
  const identity = tarIdentity(whole.digest('hex'), size);
  return { ...identity, entries: contents.entries() };
}

/** Hashes the content of each member as it streams by. */
class Contents {
  readonly #builder: LayerBuilder;
  /** By where the content starts in the tar. */
  readonly #digests = new Map<number, ContentDigest>();
  #member: TarMemberEvent | undefined;
  #remaining = 0;
  #hash: Hash | undefined;
  readonly #inspect: InspectContent | undefined;
  #reader: ContentReader | undefined;

  constructor(builder: LayerBuilder, inspect: InspectContent | undefined) {
    this.#builder = builder;
    this.#inspect = inspect;
  }

  begin(member: TarMemberEvent): void {
    const inode: Inode | undefined = this.#builder.add(member.header);
    if (inode !== undefined) inode.tarOffset = member.offset;
    // Hashing a sparse file means hashing its holes too, whose size is only a claim.
    const isHashed = inode !== undefined && member.sparse === undefined;
    this.#member = isHashed ? member : undefined;
    this.#remaining = member.storedSize;
    this.#hash = undefined;
    this.#reader = isHashed
      ? this.#inspect?.({ ...member.header, path: cleanMemberPath(member.header.path) })
      : undefined;
    if (isHashed && member.storedSize === 0) this.#note(hash('sha512-256', ''));
  }

  add(bytes: Buffer): void {
    if (this.#member === undefined) return;
    this.#reader?.add(bytes);
    if (bytes.length === this.#remaining && this.#hash === undefined) {
      this.#note(hash('sha512-256', bytes));
    } else {
      this.#hash ??= createHash('sha512-256');
      this.#hash.update(bytes);
    }
    this.#remaining -= bytes.length;
  }

  end(): void {
    if (this.#hash !== undefined) this.#note(this.#hash.digest('hex'));
    this.#member = undefined;
    this.#hash = undefined;
  }

  entries(): LayerEntry[] {
    const entries: LayerEntry[] = [];
    this.#builder.finish((entry) => entries.push(this.#withDigest(entry)));
    return entries;
  }

  #note(hex: string): void {
    if (this.#member === undefined) return;
    const digest = `${DIGEST_PREFIX}${hex}` as ContentDigest;
    this.#digests.set(this.#member.offset, digest);
    this.#reader?.end(digest);
  }

  #withDigest(entry: LayerEntry): LayerEntry {
    if (entry.kind === 'whiteout' || entry.tarOffset === undefined) return entry;
    const digest = this.#digests.get(entry.tarOffset);
    return digest === undefined ? entry : { ...entry, digest };
  }
}
