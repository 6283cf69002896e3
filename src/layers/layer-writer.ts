/**
 * Makes a layer in its natural form: one sequential `layer.tar`, written in one pass together with the index and
 * the digest of each file. Digest, size and bytes come from one reading: a file that changes meanwhile is recorded
 * as it was copied, or the copy fails.
 */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { checkEntryPath } from '../archive/index.ts';
import { TimeSlice } from '../concurrency/index.ts';
import {
  type BytePath,
  baseName,
  type ContentRange,
  comparePaths,
  type FileEntry,
  type FileTree,
  layerXattrs,
  parentPath,
} from '../files/index.ts';
import { EarlyWriteback } from '../system/index.ts';
import { ContentHasher } from './content-hasher.ts';
import type { EarlierLayer, SameEntries } from './earlier-layer.ts';
import { FileHasher } from './file-hasher.ts';
import { toBytePath } from './host-files.ts';
import { writeEncoded } from './index-codec.ts';
import { type AddedEntry, IndexEncoder } from './index-encoder.ts';
import { LateDigests, NO_DIGEST } from './late-digests.ts';
import { layerFile } from './layer-file.ts';
import { INDEX_FILE, type LayerFile, TAR_FILE } from './layer-index.ts';
import { type AddAllOptions, type EntryItem, inPathOrder, type LayerItem } from './layer-item.ts';
import { type CopiedContent, MemberWriter } from './member-writer.ts';
import { SpillFile } from './spill-file.ts';
import { type TarIdentity, tarIdentity } from './tar-identity.ts';
import { memberHeader, TarPacker } from './tar-packer.ts';
import {
  isReservedName,
  markEntry,
  opaqueName,
  reservedName,
  whiteoutName,
} from './whiteout-names.ts';
import { withoutOverlayXattrs } from './xattrs.ts';

export interface LayerWriterOptions {
  /**
   * The layers below. Directories that hold something added, but are not added themselves, are then repeated with the
   * metadata they have there: a layer that leaves them out makes them `0755 0:0` for overlayfs and for most
   * unpackers.
   */
  readonly base?: FileTree | undefined;
  /** Whether to hash the tar while it is written, on another thread if it is large. */
  readonly hashTar?: boolean | undefined;
  /** Where `addAll` finds content with the `expected` digest. The caller closes it after `finish`. */
  readonly earlier?: EarlierLayer | undefined;
  /** Whether to keep all extended attributes, as files of other layers have them; default: only capabilities. */
  readonly keepXattrs?: boolean | undefined;
}

export interface FinishedLayer {
  /** Bytes of file content; hard links count once. */
  readonly size: number;
  /** Regular files. */
  readonly files: number;
  /** Identity of the tar, if it was to be hashed. Callers need not await it. */
  readonly tar: Promise<TarIdentity> | undefined;
}

/** The entries of one inode: the first has the content, the others are links to it. */
interface LinkGroup {
  first: LayerFile;
  /** Of the first one in the index. */
  readonly record: AddedEntry;
}

/**
 * One layer being made. Owns the file `layer.tar` in `directory` until `finish` or disposal; what disposal leaves is
 * discarded with the directory.
 *
 *     const writer = LayerWriter.create(staged.directory);
 *     try {
 *       await writer.addAll(items, { signal });
 *       const { size, files } = writer.finish();
 *       await staged.commit({ tree: false, tar: true, size, files, created, times: 'set' });
 *     } finally {
 *       writer.close();
 *     }
 */
export class LayerWriter implements Disposable {
  readonly #directory: string;
  readonly #base: FileTree | undefined;
  readonly #keepXattrs: boolean;
  readonly #earlier: EarlierLayer | undefined;
  /** Entries that are copied from there once the next one is known not to be of them. */
  #same: SameEntries | undefined;
  readonly #fd: number;
  readonly #hasher: FileHasher | undefined;
  readonly #packer: TarPacker;
  readonly #writeback: EarlyWriteback;
  readonly #contents: ContentHasher;
  readonly #late: LateDigests;
  readonly #members: MemberWriter;
  readonly #spill: SpillFile;
  readonly #index: IndexEncoder;
  readonly #groups = new Map<number, LinkGroup>();
  /** Directories that exist, or are known to be missing in the base. */
  readonly #settled = new Set<BytePath>(['']);
  #groupCount = 0;
  #onStored: AddAllOptions['onStored'];
  /** Number of the item that `addAll` is at, and of the first one of `#same`. */
  #item = -1;
  #sameFrom = -1;
  /** Where the next bytes go in the file. */
  #position = 0;
  #previous: BytePath | undefined;
  #open = true;
  #size = 0;
  #files = 0;

  private constructor(directory: string, options: LayerWriterOptions) {
    this.#directory = directory;
    this.#base = options.base;
    this.#keepXattrs = options.keepXattrs === true;
    this.#earlier = options.earlier;
    const path = join(directory, TAR_FILE);
    this.#fd = openSync(path, 'wx', 0o600);
    this.#writeback = new EarlyWriteback(this.#fd);
    this.#spill = new SpillFile(join(directory, `${INDEX_FILE}.parts`));
    this.#index = new IndexEncoder(this.#spill);
    this.#late = new LateDigests(this.#index);
    this.#hasher = options.hashTar === true ? new FileHasher(toBytePath(path)) : undefined;
    this.#packer = new TarPacker({
      emit: (chunk) => this.#write(chunk),
      skip: (size) => this.#skip(size),
      reuse: true,
    });
    this.#contents = new ContentHasher(toBytePath(path));
    this.#members = new MemberWriter(this.#packer, { hash: true, contents: this.#contents });
  }

  /** @param directory of a staged layer: `layer.tar` and `index` are made in it */
  static create(directory: string, options: LayerWriterOptions = {}): LayerWriter {
    return new LayerWriter(directory, options);
  }

  /**
   * Adds one entry, after those before it in `comparePaths` order. Returns when all its bytes are copied: for large
   * files `addAll` is kinder to the event loop. Sockets are left out, since a tar has none.
   *
   * @param content of a regular file; empty when absent
   * @throws AppError CONTEXT_CHANGED when the file cannot be copied whole any more
   * @throws AppError LAYER_RESERVED_NAME for names that would be taken for whiteouts; ENTRY_UNSTORABLE
   */
  add(entry: FileEntry, content?: ContentRange | Uint8Array): void {
    const work = this.#add({ kind: 'entry', entry, content });
    while (work.next().done !== true);
  }

  /** Adds a whiteout: the path, and all below it, does not exist. Same order as for `add`. */
  whiteout(path: BytePath): void {
    this.#settleParent(path);
    this.#inOrder(path);
    this.#mark(whiteoutName(path));
    this.#index.add({ kind: 'whiteout', path });
  }

  /**
   * Adds many entries, not necessarily sorted, without blocking the event loop for long.
   *
   * @throws what `add` throws, and the signal's reason
   */
  async addAll(items: Iterable<LayerItem>, options: AddAllOptions = {}): Promise<void> {
    const slice = new TimeSlice(options.signal);
    this.#onStored = options.onStored;
    this.#item = -1;
    for (const item of options.sorted === true ? items : inPathOrder(items)) {
      // No promise for a small file: only work that continues later is awaited.
      this.#item++;
      const work = this.#next(item);
      if (work.next().done !== true) await slice.run(work);
      if (!slice.isOver) continue;
      options.onProgress?.(this.#size);
      await slice.yield();
    }
    await slice.run(this.#endSame());
    if (this.#late.length > 0) this.#packer.flush();
    await this.#late.settle(options.onStored, options.signal);
    options.onProgress?.(this.#size);
  }

  /** Ends the tar and writes the index; nothing can be added afterwards. */
  finish(): FinishedLayer {
    this.#packer.end();
    const tarSize = this.#packer.position;
    const tar = this.#hasher === undefined ? undefined : identify(this.#hasher, tarSize);
    writeEncoded(this.#directory, this.#index, tarSize);
    this.#closeFile();
    return { size: this.#size, files: this.#files, tar };
  }

  /** Closes the file; harmless after `finish`. */
  close(): void {
    if (!this.#open) return;
    this.#closeFile();
    this.#hasher?.close();
  }

  #closeFile(): void {
    this.#open = false;
    this.#members[Symbol.dispose]();
    this.#contents[Symbol.dispose]();
    this.#spill[Symbol.dispose]();
    closeSync(this.#fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #write(chunk: Buffer): void {
    writeFully(this.#fd, chunk, this.#position);
    this.#position += chunk.length;
    this.#writeback.advance(this.#position);
    this.#hasher?.advance(chunk);
    this.#contents.advance(this.#position);
  }

  /** Zeros become a hole of the file, which takes no space. */
  #skip(size: number): void {
    ftruncateSync(this.#fd, this.#position + size);
    this.#position += size;
    this.#hasher?.advance(size);
    this.#contents.advance(this.#position);
  }

  *#next(item: LayerItem): Generator<void, void> {
    if (item.kind === 'whiteout') {
      yield* this.#endSame();
      return this.whiteout(item.path);
    }
    const earlier = this.#earlier;
    const position = earlier?.find(item);
    if (earlier === undefined || position === undefined) {
      yield* this.#endSame();
      return yield* this.#add(item, this.#item);
    }
    const isSettled = this.#base === undefined || this.#settled.has(parentPath(item.entry.path));
    if (this.#same?.end === position && isSettled && earlier.isSmall(position)) {
      if (item.entry.type === 'directory') this.#settled.add(item.entry.path);
      this.#same.end++;
      return;
    }
    yield* this.#endSame();
    if (item.entry.type !== 'file') return yield* this.#add(item, this.#item);
    if (!earlier.isSmall(position)) {
      const content = earlier.content(position);
      return yield* this.#add({ ...item, content, digest: item.expected }, this.#item);
    }
    this.#settleParent(item.entry.path);
    this.#same = { start: position, end: position + 1 };
    this.#sameFrom = this.#item;
  }

  /** Copies the entries up to the last file among them, and adds the others. */
  *#endSame(): Generator<void, void> {
    const [same, earlier] = [this.#same, this.#earlier];
    if (same === undefined || earlier === undefined) return;
    this.#same = undefined;
    const from = this.#sameFrom;
    const entries = earlier.entries(same);
    const files = entries.findLastIndex(({ type }) => type === 'file') + 1;
    const copied = { start: same.start, end: same.start + files };
    const distance = yield* earlier.put(this.#packer, copied);
    for (const [at, entry] of entries.entries()) {
      if (at >= files || distance === undefined) {
        const content = entry.type === 'file' ? earlier.content(same.start + at) : undefined;
        yield* this.#add({ kind: 'entry', entry, content, digest: entry.digest }, from + at);
        continue;
      }
      this.#inOrder(entry.path);
      if (entry.type === 'file') this.#files++;
      this.#size += entry.size;
      const tarOffset = entry.tarOffset === undefined ? undefined : entry.tarOffset + distance;
      this.#index.add({ ...entry, tarOffset });
      if (entry.type === 'file') this.#stored(from + at, entry);
    }
  }

  /** @param item its number, if it is an item of `addAll` */
  *#add(
    { entry, content, digest, opaque }: EntryItem,
    item?: number | undefined,
  ): Generator<void, void> {
    if (entry.type === 'socket') return;
    if (isReservedName(baseName(entry.path))) throw reservedName(entry.path);
    this.#settleParent(entry.path);
    this.#inOrder(entry.path);
    if (entry.type === 'directory') this.#settled.add(entry.path);
    if (entry.type === 'file') this.#files++;
    const group = entry.linkGroup === undefined ? undefined : this.#groups.get(entry.linkGroup);
    if (group !== undefined) {
      this.#link(group, entry.path);
      this.#stored(item, group.first);
      return;
    }
    const xattrs = this.#keepXattrs
      ? withoutOverlayXattrs(entry.xattrs)
      : layerXattrs(entry.xattrs);
    const clean = xattrs === entry.xattrs ? entry : { ...entry, xattrs };
    let copied: CopiedContent | undefined;
    if (entry.type === 'file') {
      const bytes = content ?? new Uint8Array(0);
      // Only `addAll` waits for it, and other names of the file need it at once.
      const mayBeLate = item !== undefined && entry.linkGroup === undefined;
      copied = yield* this.#members.file(clean, entry.mtime, bytes, { known: digest, mayBeLate });
      this.#size += copied.size;
    } else {
      this.#packer.put(memberHeader(clean, { mtime: entry.mtime }));
    }
    const added = layerFile(clean, {
      path: clean.path,
      opaque: opaque === true,
      size: copied?.size ?? 0,
      digest: copied?.later === undefined ? copied?.digest : NO_DIGEST,
      tarOffset: copied?.tarOffset,
    });
    const record = this.#index.add(added);
    if (copied?.later !== undefined && item !== undefined) {
      this.#late.add({ item, size: added.size, record, digest: copied.later });
      return;
    }
    if (entry.linkGroup !== undefined) this.#groups.set(entry.linkGroup, { first: added, record });
    if (entry.type === 'file') this.#stored(item, added);
    if (opaque === true) this.#mark(opaqueName(entry.path));
  }

  /** A group is recorded only when its second member comes. */
  #link(group: LinkGroup, path: BytePath): void {
    if (group.first.linkGroup === undefined) {
      group.first = { ...group.first, linkGroup: ++this.#groupCount };
      this.#index.link(group.record, this.#groupCount);
    }
    const { first } = group;
    this.#packer.put(memberHeader({ ...first, path }, { mtime: first.mtime, linkTo: first.path }));
    this.#index.add({ ...first, path });
  }

  #stored(item: number | undefined, { digest, size }: LayerFile): void {
    if (item !== undefined && digest !== undefined) this.#onStored?.(item, { digest, size });
  }

  /** Parents sort right before their first child, so they can be added when it comes. */
  #settleParent(path: BytePath): void {
    if (this.#base === undefined) return;
    const parent = parentPath(path);
    if (this.#settled.has(parent)) return;
    this.#settled.add(parent);
    this.#settleParent(parent);
    const entry = this.#base.lookup(parent);
    if (entry?.type !== 'directory') return;
    const work = this.#add({ kind: 'entry', entry });
    while (work.next().done !== true);
  }

  #mark(path: BytePath): void {
    this.#packer.put(memberHeader(markEntry(path), { mtime: 0 }));
  }

  #inOrder(path: BytePath): void {
    checkEntryPath(path, path);
    if (this.#previous !== undefined && comparePaths(this.#previous, path) >= 0) {
      throw new Error(`layer entries out of order: ${JSON.stringify([this.#previous, path])}`);
    }
    this.#previous = path;
  }
}

function identify(hasher: FileHasher, size: number): Promise<TarIdentity> {
  const identity = hasher.finish().then((hex) => tarIdentity(hex, size));
  // The layer may be dropped, and its file with it.
  identity.catch(() => undefined);
  return identity;
}

function writeFully(fd: number, bytes: Buffer, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(fd, bytes, done, bytes.length - done, position + done);
  }
}
