/** Indexes a layer that streams past as a tar: only facts about its files are kept, in memory, and none of its bytes. */
import { type SparsePiece, type TarMemberEvent, TarParser } from '../archive/index.ts';
import { TimeSlice } from '../concurrency/index.ts';
import type { BytePath } from '../files/index.ts';
import { type Inode, LayerBuilder, type LowerTree } from './layer-builder.ts';
import type { LayerEntry, LayerIndex } from './layer-index.ts';
import type { UnpackBudget } from './unpack-budget.ts';

export interface ScanTarOptions {
  /** The layers below, for tars that link to their files or leave out parent directories. */
  readonly base?: LowerTree | undefined;
  readonly budget?: UnpackBudget | undefined;
  readonly inspector?: TarInspector | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads along. Bytes are lent until the next call. */
export interface TarInspector {
  /** The tar itself, in order. */
  takeTar(bytes: Uint8Array): void;
  /**
   * A member begins.
   *
   * @param inode undefined if the member is no regular file
   */
  beginMember(member: TarMemberEvent, inode: Inode | undefined): void;
  /** Stored content of the member. */
  takeContent(bytes: Buffer): void;
  endMember(): void;
}

/** Content that the tar does not hold in one piece: of a sparse file, or of a lower file that the layer links to. */
export type ContentApart =
  | { readonly kind: 'sparse'; readonly offset: number; readonly pieces: readonly SparsePiece[] }
  | { readonly kind: 'below'; readonly path: BytePath };

export interface ScannedTar {
  /** Offsets of contents are those in the uncompressed tar. */
  readonly index: LayerIndex & { readonly tarSize: number };
  /** By the offset of such a content in the index, which is after the end of the tar. */
  readonly apart: ReadonlyMap<number, ContentApart>;
}

/**
 * @param tar uncompressed
 * @throws AppError LAYER_INVALID_MEMBER, LAYER_HARDLINK_TARGET_MISSING, ARCHIVE_…; what `tar` throws; the signal's
 * reason
 */
export async function scanTar(
  tar: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { base, budget, inspector, signal }: ScanTarOptions = {},
): Promise<ScannedTar> {
  const parser = new TarParser();
  const layer = new PassingLayer(base, inspector);
  const slice = new TimeSlice(signal);
  let tarSize = 0;
  for await (const chunk of tar) {
    budget?.take(chunk.length);
    inspector?.takeTar(chunk);
    tarSize += chunk.length;
    parser.push(chunk);
    layer.takeFrom(parser);
    if (slice.isOver) await slice.yield();
  }
  parser.end();
  return layer.finish(tarSize);
}

function withLinkBelow(entry: LayerEntry, apart: ScannedTar['apart']): LayerEntry {
  if (apart.size === 0 || entry.kind === 'whiteout') return entry;
  const content = apart.get(entry.tarOffset ?? Number.NaN);
  return content?.kind === 'below' ? { ...entry, linkBelow: content.path } : entry;
}

/** The members so far. */
class PassingLayer {
  readonly #builder: LayerBuilder;
  readonly #inspector: TarInspector | undefined;
  readonly #scattered: (readonly [Inode, ContentApart])[] = [];

  constructor(base: LowerTree | undefined, inspector: TarInspector | undefined) {
    // Contents of lower layers are not copied.
    this.#builder = new LayerBuilder(base && { lookup: (path) => base.lookup(path) });
    this.#inspector = inspector;
  }

  takeFrom(parser: TarParser): void {
    for (let event = parser.next(); event !== undefined; event = parser.next()) {
      if (event.kind === 'member') this.#begin(event);
      else if (event.kind === 'data') this.#inspector?.takeContent(event.bytes);
      else this.#inspector?.endMember();
    }
  }

  finish(tarSize: number): ScannedTar {
    for (const inode of this.#builder.copies) {
      if (inode.entry.type !== 'file') continue;
      this.#scattered.push([inode, { kind: 'below', path: inode.name }]);
    }
    const apart = new Map<number, ContentApart>();
    for (const [inode, content] of this.#scattered) {
      inode.tarOffset = tarSize + apart.size;
      apart.set(inode.tarOffset, content);
    }
    const entries: LayerEntry[] = [];
    this.#builder.finish((entry) => entries.push(withLinkBelow(entry, apart)));
    return { index: { entries, tarSize }, apart };
  }

  #begin(member: TarMemberEvent): void {
    const { header, offset, sparse: pieces } = member;
    const inode = this.#builder.add(header);
    if (inode !== undefined) {
      if (pieces === undefined) inode.tarOffset = offset;
      else this.#scattered.push([inode, { kind: 'sparse', offset, pieces }]);
    }
    this.#inspector?.beginMember(member, inode);
  }
}
