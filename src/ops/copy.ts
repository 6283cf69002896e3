/** COPY, and ADD of existing files: puts the selected files and packs them into a layer. */
import { AppError, faultIn, inPart, type Warning } from '../errors.ts';
import type { ContentRange, FileTree } from '../files/index.ts';
import type { CopyOp } from '../graph/index.ts';
import type { AddAllOptions, EntryItem, FinishedLayer, TarIdentity } from '../layers/index.ts';
import { hasErrorCode } from '../system/index.ts';
import type { DraftFile, SelectedSource } from './layer-draft.ts';
import { type ResolvedOwner, requireNumericOwner, resolveOwner } from './owner.ts';
import { isLinked, putFiles } from './put-files.ts';
import {
  type KeptFiles,
  type ReadFile,
  ReadFiles,
  type SelectedContent,
  type SelectedFiles,
  type SelectedRoot,
  unreadableSource,
} from './selection/index.ts';
import { ArchiveSpool, type UnpackedArchive } from './unpack.ts';

/** The interface of a layer being made that copying needs; `LayerWriter` has it. */
export interface CopyTarget {
  addAll(items: Iterable<EntryItem>, options?: AddAllOptions): Promise<void>;
  finish(): FinishedLayer;
}

export interface CopyOptions {
  /** The files to copy, one selection for each source of the operation. */
  readonly selected: readonly SelectedFiles[];
  /** Those of its files that are in memory already. */
  readonly kept?: KeptFiles | undefined;
  /** The file system copied into; undefined for an empty one. */
  readonly base: FileTree | undefined;
  /** Milliseconds since the epoch: the time of files without one. */
  readonly now: number;
  readonly signal?: AbortSignal | undefined;
  readonly writer: CopyTarget;
  /** Parent directory for unpacked archives, which are removed afterwards. */
  readonly temporaryDirectory: string;
  /** Bytes that an archive may unpack to; undefined: nine tenths of the free space. */
  readonly unpackLimit?: number | undefined;
  /** Called from time to time with the bytes of content copied so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

export interface CopyResult {
  /** Bytes of file content in the layer. */
  readonly addedBytes: number;
  /** Regular files in the layer. */
  readonly files: number;
  /** The selected files as they were when copied, for their digest. */
  readonly copied: ReadFiles;
  readonly warnings: readonly Warning[];
  /** Identity of the layer's tar, if the writer hashes it. */
  readonly tar?: Promise<TarIdentity> | undefined;
}

/**
 * Packs the files into the writer's layer and finishes it. Contents are read once: their digests come from the packed
 * bytes, and the source tree remembers them.
 * @throws AppError of unpacking and putting files; what the writer throws
 */
export async function copyFiles(op: CopyOp, options: CopyOptions): Promise<CopyResult> {
  const roots = options.selected.flatMap((selected) => selected.roots);
  const packed = roots.filter(({ kind }) => kind === 'archive');
  if (packed.length === 0) return pack(op, options, new Map());
  await using spool = await ArchiveSpool.create(options.temporaryDirectory, options.unpackLimit);
  const archives = new Map<SelectedRoot, UnpackedArchive>();
  for (const root of packed) {
    const content = root.files.at(0)?.content;
    if (content?.kind !== 'tree') continue;
    const range = content.tree.content(content.source);
    archives.set(root, await spool.unpack(range, options.signal).catch(faultIn(root.part)));
  }
  // Awaited, since the spool must outlive the packing.
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
  const { files: drafted, warnings } = putFiles(op, selected, base, { owner, now, archives });
  const copied = new ReadFiles();
  const queue = new ItemQueue(drafted, kept);
  const onStored = (item: number, stored: ReadFile): void => queue.stored(item, stored, copied);
  const adding = { signal, onProgress, onStored, sorted: true };
  await writer.addAll(queue.items(), adding).catch(explain);
  const layer = writer.finish();
  for (const [root, { digest, size }] of archives) {
    const file = root.files.at(0);
    if (file !== undefined) learn(copied, { file, root, number: 0 }, { digest, size });
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

/** A file that was never readable has not changed while it was copied. */
function explain(error: unknown): never {
  if (error instanceof AppError && hasErrorCode(error.cause, 'EACCES', 'EPERM')) {
    throw unreadableSource(error.cause);
  }
  throw error;
}

/** The items of a layer, and what they were made of until the writer has stored them. */
class ItemQueue {
  readonly #drafted: Iterable<DraftFile>;
  readonly #kept: KeptFiles | undefined;
  /** By the numbers of items: the writer may be some items behind. */
  readonly #waiting = new Map<number, SelectedSource>();

  constructor(drafted: Iterable<DraftFile>, kept: KeptFiles | undefined) {
    this.#drafted = drafted;
    this.#kept = kept;
  }

  *items(): Generator<EntryItem, void> {
    let item = 0;
    for (const file of this.#drafted) {
      if (file.from?.file.content !== undefined) this.#waiting.set(item, file.from);
      item++;
      yield itemOf(file, this.#kept);
    }
  }

  stored(item: number, stored: ReadFile, copied: ReadFiles): void {
    const from = this.#waiting.get(item);
    this.#waiting.delete(item);
    if (from !== undefined) learn(copied, from, stored);
  }
}

function itemOf(
  { entry, content, opaque, from }: DraftFile,
  kept: KeptFiles | undefined,
): EntryItem {
  const memory = from && kept?.get(from.root, from.number);
  if (memory !== undefined) {
    const { bytes, digest } = memory;
    return { kind: 'entry', entry, content: bytes, digest, opaque };
  }
  const expected = content?.kind === 'tree' ? content.tree.knownDigest(content.source) : undefined;
  const isFixed = content?.kind === 'tree' && content.tree.isLive !== true;
  const digest = isFixed ? expected : undefined;
  return { kind: 'entry', entry, content: bytesOf(content), digest, expected, opaque };
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
      return content.tree.content(content.source);
  }
}

/** Records a file as it was when copied, and lets its tree remember the digest. */
function learn(copied: ReadFiles, { file, root, number }: SelectedSource, was: ReadFile): void {
  copied.set(root, number, was);
  if (file.content?.kind !== 'tree') return;
  const { tree, source } = file.content;
  if (was.size === source.size) tree.rememberDigest(source, was.digest);
}
