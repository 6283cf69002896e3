/** The index of a layer as it streams by: only facts about its files are kept, in memory, and none of its bytes. */
import { type SparsePiece, TarParser } from '../archive/index.ts';
import { TimeSlice } from '../concurrency/index.ts';
import type { BytePath } from '../files/index.ts';
import { type Inode, LayerBuilder, type LowerTree } from './layer-builder.ts';
import type { LayerEntry, LayerIndex } from './layer-index.ts';
import type { UnpackBudget } from './unpack-budget.ts';

export interface IndexTarOptions {
  /** The layers below, for links to their files and for directories the tar leaves out. */
  readonly base: LowerTree;
  readonly budget: UnpackBudget;
  readonly signal?: AbortSignal | undefined;
}

/** Content that the tar does not hold in one piece: of a sparse file, or of a lower file that the layer links to. */
export type ContentApart =
  | { readonly kind: 'sparse'; readonly offset: number; readonly pieces: readonly SparsePiece[] }
  | { readonly kind: 'below'; readonly path: BytePath };

export interface TarIndex {
  /** Offsets of contents are those in the uncompressed tar. */
  readonly index: LayerIndex & { readonly tarSize: number };
  /** By the offset of such a content in the index, which is after the end of the tar. */
  readonly apart: ReadonlyMap<number, ContentApart>;
}

/**
 * @param tar uncompressed
 * @throws AppError LAYER_INVALID_MEMBER, LAYER_HARDLINK_TARGET_MISSING, ARCHIVE_…; what `tar` throws
 */
export async function indexTar(
  tar: AsyncIterable<Uint8Array>,
  { base, budget, signal }: IndexTarOptions,
): Promise<TarIndex> {
  const parser = new TarParser();
  const builder = new LayerBuilder({ lookup: (path) => base.lookup(path) });
  const slice = new TimeSlice(signal);
  const scattered: (readonly [Inode, ContentApart])[] = [];
  let tarSize = 0;
  for await (const chunk of tar) {
    budget.take(chunk.length);
    tarSize += chunk.length;
    parser.push(chunk);
    for (let event = parser.next(); event !== undefined; event = parser.next()) {
      if (event.kind !== 'member') continue;
      const { header, offset, sparse: pieces } = event;
      const inode = builder.add(header);
      if (inode === undefined) continue;
      if (pieces === undefined) inode.tarOffset = offset;
      else scattered.push([inode, { kind: 'sparse', offset, pieces }]);
    }
    if (slice.isOver) await slice.yield();
  }
  parser.end();
  for (const inode of builder.copies) {
    if (inode.entry.type === 'file') scattered.push([inode, { kind: 'below', path: inode.name }]);
  }
  const apart = new Map<number, ContentApart>();
  for (const [inode, content] of scattered) {
    inode.tarOffset = tarSize + apart.size;
    apart.set(inode.tarOffset, content);
  }
  const entries: LayerEntry[] = [];
  builder.finish((entry) => entries.push(entry));
  return { index: { entries, tarSize }, apart };
}
