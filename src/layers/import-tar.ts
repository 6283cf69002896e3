/** Imports layers that come as a tar: base images, loaded archives. */
import { closeSync, fstatSync, ftruncateSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type SparsePiece, type TarMemberEvent, TarParser } from '../archive/index.ts';
import { TimeSlice } from '../concurrency/index.ts';
import { AppError } from '../errors.ts';
import type { FileTree } from '../files/index.ts';
import type { DiffId, RunningDigest } from '../oci/index.ts';
import type { LayerMeta } from '../store/index.ts';
import {
  copyRange,
  copySparse,
  EarlyWriteback,
  hasErrorCode,
  openContent,
} from '../system/index.ts';
import { noteTar, rememberDiffId } from './diff-id.ts';
import { FileHasher } from './file-hasher.ts';
import { toBytePath } from './host-files.ts';
import { writeEncoded } from './index-codec.ts';
import { IndexEncoder } from './index-encoder.ts';
import { type Inode, LayerBuilder } from './layer-builder.ts';
import { TAR_FILE } from './layer-index.ts';
import type { LayerStore, StagedLayer } from './layer-store.ts';
import { invalidMember } from './member-path.ts';
import { rememberSize } from './sizes.ts';
import { BLOCK_SIZE } from './tar-packer.ts';
import { UnpackBudget } from './unpack-budget.ts';

const COPY_PIECE = 64 << 20;
/** Bytes. Writing fewer takes less time than waiting for a pool thread that writes them. */
const WRITE_HERE = 64 << 10;

export interface ImportOptions {
  /** What the tar must match; checked before the layer exists. */
  readonly verify?: DiffId | undefined;
  /** Of all bytes of `source`, which needs it too: then they are hashed once. Initially empty. */
  readonly digest?: RunningDigest | undefined;
  /** Bytes of the tar, at least. Default 0. */
  readonly expectedSize?: number | undefined;
  /**
   * The layers below, for tars that leave out parent directories or link to files of lower layers. Without it such
   * parents are `0755 0:0`, and such links are an error. A base given as a promise is awaited once the tar has arrived.
   */
  readonly base?: FileTree | Promise<FileTree> | undefined;
  /** Where the layer is made; default `store.layers.stage`. */
  readonly stage?: (() => Promise<StagedLayer>) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds since the epoch; default now. */
  readonly created?: number | undefined;
  /** Default `keep`. */
  readonly times?: LayerMeta['times'] | undefined;
}

export interface ImportedLayer extends LayerMeta {
  readonly diffId: DiffId;
  /** Bytes of the uncompressed tar. */
  readonly tarSize: number;
  /** The layer is right only on this base: look it up by chain, not by diffId. */
  readonly usesBase: boolean;
}

/**
 * Keeps the tar as the layer's `layer.tar`, byte for byte, and indexes it.
 *
 * Names are cleaned as unpackers do (`./a//b`, `/a/b`). A name that leads out of the root, lies below a file, or is
 * otherwise impossible is an error. Of several members with the same name, the last one counts.
 *
 * @param source the uncompressed tar
 * @throws AppError LAYER_INVALID_MEMBER, LAYER_HARDLINK_TARGET_MISSING, LAYER_DIFF_ID_MISMATCH, ARCHIVE_*; what
 * `source` throws; the signal's reason. No layer is left behind.
 */
export async function importTar(
  store: LayerStore,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: ImportOptions = {},
): Promise<ImportedLayer> {
  const staged = await (options.stage?.() ?? store.layers.stage());
  try {
    const members = new Members(options.base);
    const budget = new UnpackBudget({ limit: store.unpackLimit, directory: staged.directory });
    const { diffId, tarSize } = await receive(join(staged.directory, TAR_FILE), members, {
      ...{ source, budget },
      ...options,
    });
    const encoder = new IndexEncoder();
    const builder = await members.builder();
    const { size, files, usesBase } = builder.finish((entry) => encoder.add(entry));
    writeEncoded(staged.directory, encoder, tarSize);
    const meta = await staged.commit({
      tree: false,
      tar: true,
      size,
      files,
      created: options.created ?? Date.now(),
      times: options.times ?? 'keep',
    });
    rememberDiffId(store, meta.id, { diffId, size: tarSize });
    noteTar(store, meta.id, { diffId, size: tarSize });
    rememberSize(store, diffId, size);
    return { ...meta, diffId, tarSize, usesBase };
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

interface Received {
  readonly diffId: DiffId;
  readonly tarSize: number;
}

/** Members on their way into the index; they wait until the layers below are known. */
class Members {
  readonly sparse: SparseFile[] = [];
  readonly #base: Promise<FileTree> | undefined;
  #waiting: TarMemberEvent[] = [];
  #builder: LayerBuilder | undefined;

  constructor(base: ImportOptions['base']) {
    if (!(base instanceof Promise)) {
      this.#builder = new LayerBuilder(base);
      return;
    }
    this.#base = base;
    base.then(
      (tree) => this.#begin(tree),
      // `builder` reports the failure.
      () => undefined,
    );
  }

  add(member: TarMemberEvent): void {
    this.#waiting.push(member);
    if (this.#builder !== undefined) this.#takeWaiting(this.#builder);
  }

  /** The builder with all members added. @throws the rejection of the base's promise */
  async builder(): Promise<LayerBuilder> {
    const builder = this.#builder ?? this.#begin(await this.#base);
    this.#takeWaiting(builder);
    return builder;
  }

  #begin(base: FileTree | undefined): LayerBuilder {
    this.#builder ??= new LayerBuilder(base);
    return this.#builder;
  }

  #takeWaiting(builder: LayerBuilder): void {
    const members = this.#waiting;
    this.#waiting = [];
    for (const { header, offset, sparse: pieces } of members) {
      const inode = builder.add(header);
      if (inode === undefined) continue;
      if (pieces === undefined) inode.tarOffset = offset;
      else this.sparse.push({ inode, offset, pieces });
    }
  }
}

interface SparseFile {
  readonly inode: Inode;
  readonly offset: number;
  readonly pieces: readonly SparsePiece[];
}

interface ReceiveOptions extends ImportOptions {
  readonly source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly budget: UnpackBudget;
}

async function receive(path: string, members: Members, options: ReceiveOptions): Promise<Received> {
  const { budget, digest } = options;
  await using file = await open(path, 'wx+', 0o600);
  using hasher =
    digest === undefined ? new FileHasher(toBytePath(path), options.expectedSize) : undefined;
  const writeback = new EarlyWriteback(file.fd);
  const parser = new TarParser();
  const slice = new TimeSlice(options.signal);
  let tarSize = 0;
  for await (const chunk of options.source) {
    budget.take(chunk.length);
    const writing = writeAt(file, chunk, tarSize);
    try {
      // While a pool thread writes.
      tarSize += chunk.length;
      digest?.update(chunk);
      hasher?.advance(chunk);
      parser.push(chunk);
      takeMembers(parser, members, budget);
    } finally {
      await writing;
    }
    writeback.advance(tarSize);
    if (slice.isOver) await slice.yield();
  }
  parser.end();
  const diffId = digest?.value ?? `sha256:${await hasher?.finish()}`;
  if (options.verify !== undefined && options.verify !== diffId) {
    throw mismatch(options.verify, diffId as DiffId);
  }
  appendContents(file.fd, await members.builder(), members.sparse);
  return { diffId: diffId as DiffId, tarSize };
}

/** Takes all members that the parser has so far. */
function takeMembers(parser: TarParser, members: Members, budget: UnpackBudget): void {
  for (let event = parser.next(); event !== undefined; event = parser.next()) {
    if (event.kind !== 'member') continue;
    if (event.sparse !== undefined) budget.take(event.header.size - event.storedSize);
    members.add(event);
  }
}

/** Appends contents that the tar does not hold in one piece. Holes stay holes: their size is only a claim. */
function appendContents(fd: number, builder: LayerBuilder, sparse: readonly SparseFile[]): void {
  const reserve = (inode: Inode): number => {
    const end = fstatSync(fd).size;
    const start = Math.ceil(end / BLOCK_SIZE) * BLOCK_SIZE;
    inode.tarOffset = start;
    try {
      ftruncateSync(fd, start + inode.entry.size);
    } catch (error) {
      if (!hasErrorCode(error, 'EFBIG', 'EINVAL', 'ERR_OUT_OF_RANGE')) throw error;
      throw invalidMember(inode.name, `it claims to have ${inode.entry.size} bytes`);
    }
    return start;
  };
  for (const { inode, offset, pieces } of sparse) {
    const start = reserve(inode);
    let from = offset;
    for (const piece of pieces) {
      copyRange(fd, from, fd, start + piece.offset, piece.size);
      from += piece.size;
    }
  }
  for (const inode of builder.copies) {
    if (inode.source === undefined) continue;
    const start = reserve(inode);
    const from = openContent(inode.source);
    try {
      const { offset, size } = inode.source;
      const copy = copySparse({ from, offset, size, to: fd, toOffset: start }, COPY_PIECE);
      while (copy.next().done !== true);
    } finally {
      closeSync(from);
    }
  }
}

/** @returns undefined when the bytes have been written */
function writeAt(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> | undefined {
  if (bytes.length >= WRITE_HERE) return writeOnPool(file, bytes, at);
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file.fd, bytes, done, bytes.length - done, at + done);
  }
  return undefined;
}

async function writeOnPool(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}

function mismatch(expected: DiffId, actual: DiffId): AppError {
  return new AppError('LAYER_DIFF_ID_MISMATCH', `the layer is ${actual}, not ${expected}`, {
    hint: 'the layer was damaged in transit or in its registry; pull again, or tell its publisher',
    expected,
    details: { actual },
  });
}
