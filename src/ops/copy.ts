/** COPY, and ADD of files that are there: select, place, pack into a layer. */
import type { Warning } from '../errors.ts';
import type { ContentRange, FileTree, TreeDigest } from '../files/index.ts';
import type { CopyOp } from '../graph/index.ts';
import type { AddAllOptions, EntryItem, FinishedLayer } from '../layers/index.ts';
import { type ResolvedOwner, resolveOwner } from './owner.ts';
import { type PlacedFile, placeFiles } from './place.ts';
import { selectFiles } from './select.ts';
import {
  type CopiedFile,
  type SelectedFile,
  type Selection,
  selectionDigest,
} from './selection.ts';

/** What copying needs of a layer that is being made; `LayerWriter` is one. */
export interface CopyTarget {
  addAll(items: Iterable<EntryItem>, options?: AddAllOptions): Promise<void>;
  finish(): FinishedLayer;
}

export interface CopyInputs {
  /** The file system copied into; undefined for an empty one. */
  readonly base: FileTree | undefined;
  /** The tree of `op.source`; undefined when all sources are here-documents. */
  readonly source: FileTree | undefined;
  /** Milliseconds since the epoch: the time of what has none of its own. */
  readonly now: number;
  readonly signal?: AbortSignal | undefined;
}

export interface CopyOptions extends CopyInputs {
  readonly writer: CopyTarget;
  /** Made before by `prepareCopy`, so that nothing is selected twice. */
  readonly prepared?: PreparedCopy | undefined;
  /** Called now and then with the bytes of content copied so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/** A copy that is decided on but not made. */
export interface PreparedCopy {
  readonly selection: Selection;
  readonly owner: ResolvedOwner | undefined;
}

export interface CopyResult {
  /** Bytes of file content in the layer. */
  readonly addedBytes: number;
  /** Regular files in the layer. */
  readonly files: number;
  /** The selection's digest over what was actually copied. */
  readonly contentDigest: TreeDigest;
  readonly warnings: readonly Warning[];
}

/**
 * Finds out what a COPY takes and whom it will belong to; reads no contents.
 * @throws AppError COPY_SOURCE_NOT_FOUND, MODE_INVALID, PATTERN_INVALID, SYMLINK_LOOP
 */
export async function prepareCopy(op: CopyOp, inputs: CopyInputs): Promise<PreparedCopy> {
  const accounts = op.link && op.mode === undefined ? undefined : inputs.base;
  const owner = op.owner === undefined ? undefined : resolveOwner(op.owner, accounts);
  const { now, signal } = inputs;
  return { selection: await selectFiles(op, inputs.source, { owner, now, signal }), owner };
}

/** The content key of a prepared copy; files with unknown digests are read. */
export function copyDigest(prepared: PreparedCopy, signal?: AbortSignal): Promise<TreeDigest> {
  return selectionDigest(prepared.selection, { signal });
}

/**
 * Packs the files into the writer's layer and finishes it. Contents are read once: their digests come from the
 * bytes that were packed, and the source tree learns them.
 * @throws AppError of selecting and placing; what the writer throws
 */
export async function copyFiles(op: CopyOp, options: CopyOptions): Promise<CopyResult> {
  const { writer, signal, onProgress, base, now } = options;
  const { selection, owner } = options.prepared ?? (await prepareCopy(op, options));
  const placement = placeFiles(op, selection, base, { owner, now });
  await writer.addAll(items(placement.files), { signal, onProgress });
  const layer = writer.finish();
  const copied = copiedFiles(placement.files, layer);
  return {
    addedBytes: layer.size,
    files: layer.files,
    contentDigest: await selectionDigest(selection, { copied, signal }),
    warnings: [...(owner?.warnings ?? []), ...selection.warnings, ...placement.warnings],
  };
}

function* items(files: readonly PlacedFile[]): Iterable<EntryItem> {
  for (const { entry, from } of files) yield { kind: 'entry', entry, content: contentOf(from) };
}

function contentOf(from: SelectedFile | undefined): ContentRange | Uint8Array | undefined {
  const content = from?.content;
  if (content === undefined) return undefined;
  return content.kind === 'inline' ? content.bytes : content.tree.content(content.origin);
}

/** What the writer read, told to the trees the files came from. */
function copiedFiles(
  files: readonly PlacedFile[],
  layer: FinishedLayer,
): ReadonlyMap<SelectedFile, CopiedFile> {
  const byPath = new Map(layer.index.entries.map((entry) => [entry.path, entry]));
  const copied = new Map<SelectedFile, CopiedFile>();
  for (const { entry, from } of files) {
    const packed = byPath.get(entry.path);
    if (from?.content === undefined || packed?.kind !== 'entry') continue;
    const { digest, size } = packed;
    if (digest === undefined) continue;
    copied.set(from, { digest, size });
    if (from.content.kind !== 'tree') continue;
    const { tree, origin } = from.content;
    if (size === origin.size) tree.rememberDigest(origin, digest);
  }
  return copied;
}
