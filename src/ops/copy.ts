/** COPY, and ADD of files that are there: select, place, pack into a layer. */
import { AppError, faultIn, inPart, type Warning } from '../errors.ts';
import type { ContentRange, FileTree, TreeDigest } from '../files/index.ts';
import type { CopyOp } from '../graph/index.ts';
import type { AddAllOptions, EntryItem, FinishedLayer, TarIdentity } from '../layers/index.ts';
import { hasErrorCode } from '../system/index.ts';
import type { PlacedFile } from './canvas.ts';
import { type ResolvedOwner, requireNumericOwner, resolveOwner } from './owner.ts';
import { isLinked, placeFiles } from './place.ts';
import { selectFiles } from './select.ts';
import {
  type CopiedFile,
  type SelectedContent,
  type SelectedFile,
  type SelectedRoot,
  type Selection,
  selectionDigest,
  unreadableSource,
} from './selection.ts';
import { ArchiveSpool, type UnpackedArchive } from './unpack.ts';

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
  /** The trees of `op.source.more`. */
  readonly more?: readonly FileTree[] | undefined;
  /** Milliseconds since the epoch: the time of what has none of its own. */
  readonly now: number;
  readonly signal?: AbortSignal | undefined;
}

export interface CopyOptions extends CopyInputs {
  readonly writer: CopyTarget;
  /** Made before by `prepareCopy`, so that nothing is selected twice. */
  readonly prepared?: PreparedCopy | undefined;
  /** Where ADD unpacks archives; what it puts there it removes again. */
  readonly temporaryDirectory: string;
  /** Bytes that an archive may unpack to; undefined: nine tenths of what is free. */
  readonly unpackLimit?: number | undefined;
  /** Called now and then with the bytes of content copied so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/** A copy that is decided on but not made; it does not depend on the file system copied into. */
export interface PreparedCopy {
  readonly selection: Selection;
}

export interface CopyResult {
  /** Bytes of file content in the layer. */
  readonly addedBytes: number;
  /** Regular files in the layer. */
  readonly files: number;
  /** The selection's digest over what was actually copied. */
  readonly contentDigest: TreeDigest;
  readonly warnings: readonly Warning[];
  /** What the layer's tar is known by, if the writer hashes it. */
  readonly tar?: Promise<TarIdentity> | undefined;
}

/**
 * Finds out what a COPY takes; reads no contents, but for looking whether a file is an archive to unpack.
 * @throws AppError COPY_SOURCE_NOT_FOUND, MODE_INVALID, PATTERN_INVALID, SYMLINK_LOOP
 */
export async function prepareCopy(
  op: CopyOp,
  inputs: Omit<CopyInputs, 'base'>,
): Promise<PreparedCopy> {
  const { source, more, now, signal } = inputs;
  return { selection: await selectFiles(op, source, { more, now, signal }) };
}

/**
 * The content key of a prepared copy; files with unknown digests are read.
 * @throws AppError COPY_SOURCE_UNREADABLE
 */
export function copyDigest(prepared: PreparedCopy, signal?: AbortSignal): Promise<TreeDigest> {
  return selectionDigest(prepared.selection, { signal });
}

/**
 * Packs the files into the writer's layer and finishes it. Contents are read once: their digests come from the
 * bytes that were packed, and the source tree learns them.
 * @throws AppError of selecting, unpacking and placing; what the writer throws
 */
export async function copyFiles(op: CopyOp, options: CopyOptions): Promise<CopyResult> {
  const { selection } = options.prepared ?? (await prepareCopy(op, options));
  const hasArchives = selection.roots.some(({ kind }) => kind === 'archive');
  if (!hasArchives) return pack(op, options, selection, new Map());
  await using spool = await ArchiveSpool.create(options.temporaryDirectory, options.unpackLimit);
  const archives = new Map<SelectedRoot, UnpackedArchive>();
  for (const root of selection.roots) {
    const content = root.files[0]?.content;
    if (root.kind !== 'archive' || content?.kind !== 'tree') continue;
    const range = content.tree.content(content.origin);
    archives.set(root, await spool.unpack(range, options.signal).catch(faultIn(root.part)));
  }
  // Awaited, since the spool is to outlive the packing.
  return await pack(op, options, selection, archives);
}

async function pack(
  op: CopyOp,
  options: CopyOptions,
  selection: Selection,
  archives: ReadonlyMap<SelectedRoot, UnpackedArchive>,
): Promise<CopyResult> {
  const { writer, signal, onProgress, base, now } = options;
  const { owner: spec } = op;
  const owner = spec === undefined ? undefined : inPart('chown', () => ownerOf(op, spec, base));
  const { files: placed, warnings } = placeFiles(op, selection, base, { owner, now, archives });
  await writer.addAll(items(placed), { signal, onProgress }).catch(explain);
  const layer = writer.finish();
  const copied = copiedFiles(placed, layer);
  for (const [root, { digest, size }] of archives) {
    for (const file of root.files) learn(copied, file, { digest, size });
  }
  return {
    addedBytes: layer.size,
    files: layer.files,
    contentDigest: await selectionDigest(selection, { copied, signal }),
    warnings: [...(owner?.warnings ?? []), ...selection.warnings, ...warnings],
    tar: layer.tar,
  };
}

function ownerOf(op: CopyOp, spec: string, base: FileTree | undefined): ResolvedOwner {
  const accounts = isLinked(op) ? undefined : base;
  if (accounts === undefined) requireNumericOwner(spec, { isLinked: isLinked(op) });
  return resolveOwner(spec, accounts);
}

/** A file that was never readable did not change while it was copied. */
function explain(error: unknown): never {
  if (error instanceof AppError && hasErrorCode(error.cause, 'EACCES', 'EPERM')) {
    throw unreadableSource(error.cause);
  }
  throw error;
}

function* items(files: readonly PlacedFile[]): Iterable<EntryItem> {
  for (const { entry, content, opaque } of files) {
    yield { kind: 'entry', entry, content: bytesOf(content), opaque };
  }
}

function bytesOf(content: SelectedContent | undefined): ContentRange | Uint8Array | undefined {
  switch (content?.kind) {
    case undefined:
      return undefined;
    case 'inline':
      return content.bytes;
    case 'range':
      return content.range;
    case 'tree':
      return content.tree.content(content.origin);
  }
}

/** What the writer read of the selected files. */
function copiedFiles(
  files: readonly PlacedFile[],
  layer: FinishedLayer,
): Map<SelectedFile, CopiedFile> {
  const byPath = new Map(layer.index.entries.map((entry) => [entry.path, entry]));
  const copied = new Map<SelectedFile, CopiedFile>();
  for (const { entry, from } of files) {
    const packed = byPath.get(entry.path);
    if (from?.content === undefined || packed?.kind !== 'entry') continue;
    const { digest, size } = packed;
    if (digest !== undefined) learn(copied, from, { digest, size });
  }
  return copied;
}

/** Notes what a file was when it was copied, and tells the tree it came from. */
function learn(copied: Map<SelectedFile, CopiedFile>, file: SelectedFile, was: CopiedFile): void {
  copied.set(file, was);
  if (file.content?.kind !== 'tree') return;
  const { tree, origin } = file.content;
  if (was.size === origin.size) tree.rememberDigest(origin, was.digest);
}
