/** COPY, and ADD of files that are there: what was selected is placed and packed into a layer. */
import { AppError, faultIn, inPart, type Warning } from '../errors.ts';
import type { ContentRange, FileTree } from '../files/index.ts';
import type { CopyOp } from '../graph/index.ts';
import type { AddAllOptions, EntryItem, FinishedLayer, TarIdentity } from '../layers/index.ts';
import { hasErrorCode } from '../system/index.ts';
import type { PlacedFile } from './canvas.ts';
import { type ResolvedOwner, requireNumericOwner, resolveOwner } from './owner.ts';
import { isLinked, placeFiles } from './place.ts';
import {
  type KeptFile,
  type ReadFile,
  type SelectedContent,
  type SelectedFile,
  type SelectedFiles,
  type SelectedRoot,
  unreadableSource,
} from './selection/index.ts';
import { ArchiveSpool, type UnpackedArchive } from './unpack.ts';

/** What copying needs of a layer that is being made; `LayerWriter` is one. */
export interface CopyTarget {
  addAll(items: Iterable<EntryItem>, options?: AddAllOptions): Promise<void>;
  finish(): FinishedLayer;
}

export interface CopyOptions {
  /** What is copied, one for each source of the operation. */
  readonly selected: readonly SelectedFiles[];
  /** Those of its files that have been read. */
  readonly kept?: ReadonlyMap<SelectedFile, KeptFile> | undefined;
  /** The file system copied into; undefined for an empty one. */
  readonly base: FileTree | undefined;
  /** Milliseconds since the epoch: the time of what has none of its own. */
  readonly now: number;
  readonly signal?: AbortSignal | undefined;
  readonly writer: CopyTarget;
  /** Where ADD unpacks archives; what it puts there it removes again. */
  readonly temporaryDirectory: string;
  /** Bytes that an archive may unpack to; undefined: nine tenths of what is free. */
  readonly unpackLimit?: number | undefined;
  /** Called now and then with the bytes of content copied so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

export interface CopyResult {
  /** Bytes of file content in the layer. */
  readonly addedBytes: number;
  /** Regular files in the layer. */
  readonly files: number;
  /** The selected files as they were when they were copied: what their digest is made from. */
  readonly copied: ReadonlyMap<SelectedFile, ReadFile>;
  readonly warnings: readonly Warning[];
  /** What the layer's tar is known by, if the writer hashes it. */
  readonly tar?: Promise<TarIdentity> | undefined;
}

/**
 * Packs the files into the writer's layer and finishes it. Contents are read once: their digests come from the
 * bytes that were packed, and the source tree learns them.
 * @throws AppError of unpacking and placing; what the writer throws
 */
export async function copyFiles(op: CopyOp, options: CopyOptions): Promise<CopyResult> {
  const roots = options.selected.flatMap((selected) => selected.roots);
  const packed = roots.filter(({ kind }) => kind === 'archive');
  if (packed.length === 0) return pack(op, options, new Map());
  await using spool = await ArchiveSpool.create(options.temporaryDirectory, options.unpackLimit);
  const archives = new Map<SelectedRoot, UnpackedArchive>();
  for (const root of packed) {
    const content = root.files[0]?.content;
    if (content?.kind !== 'tree') continue;
    const range = content.tree.content(content.origin);
    archives.set(root, await spool.unpack(range, options.signal).catch(faultIn(root.part)));
  }
  // Awaited, since the spool is to outlive the packing.
  return await pack(op, options, archives);
}

async function pack(
  op: CopyOp,
  options: CopyOptions,
  archives: ReadonlyMap<SelectedRoot, UnpackedArchive>,
): Promise<CopyResult> {
  const { selected, kept, writer, signal, onProgress, base, now } = options;
  const { owner: spec } = op;
  const owner = spec === undefined ? undefined : inPart('chown', () => ownerOf(op, spec, base));
  const { files: placed, warnings } = placeFiles(op, selected, base, { owner, now, archives });
  await writer.addAll(items(placed, kept), { signal, onProgress }).catch(explain);
  const layer = writer.finish();
  const copied = copiedFiles(placed, layer);
  for (const [root, { digest, size }] of archives) {
    for (const file of root.files) learn(copied, file, { digest, size });
  }
  return {
    addedBytes: layer.size,
    files: layer.files,
    copied,
    warnings: [...(owner?.warnings ?? []), ...selected.flatMap((one) => one.warnings), ...warnings],
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

function* items(
  files: readonly PlacedFile[],
  kept: CopyOptions['kept'] = new Map(),
): Iterable<EntryItem> {
  for (const { entry, content, opaque, from } of files) {
    const { bytes, digest } = (from && kept.get(from)) ?? unread(content);
    yield { kind: 'entry', entry, content: bytes, digest, opaque };
  }
}

function unread(content: SelectedContent | undefined): Pick<EntryItem, 'digest'> & {
  readonly bytes: EntryItem['content'];
} {
  const isFixed = content?.kind === 'tree' && content.tree.isLive !== true;
  const digest = isFixed ? content.tree.knownDigest(content.origin) : undefined;
  return { bytes: bytesOf(content), digest };
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
): Map<SelectedFile, ReadFile> {
  const byPath = new Map(layer.index.entries.map((entry) => [entry.path, entry]));
  const copied = new Map<SelectedFile, ReadFile>();
  for (const { entry, from } of files) {
    const packed = byPath.get(entry.path);
    if (from?.content === undefined || packed?.kind !== 'entry') continue;
    const { digest, size } = packed;
    if (digest !== undefined) learn(copied, from, { digest, size });
  }
  return copied;
}

/** Notes what a file was when it was copied, and tells the tree it came from. */
function learn(copied: Map<SelectedFile, ReadFile>, file: SelectedFile, was: ReadFile): void {
  copied.set(file, was);
  if (file.content?.kind !== 'tree') return;
  const { tree, origin } = file.content;
  if (was.size === origin.size) tree.rememberDigest(origin, was.digest);
}
