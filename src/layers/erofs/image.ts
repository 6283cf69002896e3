/**
 * A layer as an EROFS image that holds only metadata and points into the layer's own tar. Mounted, it is the layer's
 * tree in the form that overlayfs takes as a lower directory, with nothing unpacked.
 */
import { assertNever } from '../../errors.ts';
import {
  type BytePath,
  baseName,
  type FileEntry,
  impliedDirectory,
  parentPath,
} from '../../files/index.ts';
import { opaqueXattr } from '../../system/index.ts';
import type { LayerEntry, LayerFile, LayerIndex } from '../layer-index.ts';
import { encodeDirectory } from './directory.ts';
import {
  BLOCK,
  CHUNK_INDEX_SIZE,
  chunkFormat,
  encodeDevice,
  encodeSuperblock,
  FILE_TYPES,
  FIRST_INODE,
  INODE_SIZE,
  inodeNumber,
  LAYOUT_CHUNKS,
  LAYOUT_INLINE,
  LAYOUT_PLAIN,
  MAX_DEVICE_SIZE,
  SLOT,
  SUPERBLOCK_OFFSET,
  writeChunkIndex,
  writeInode,
} from './format.ts';
import { encodeXattrs, xattrCount } from './xattr-body.ts';

/** Where the content of an inode is. */
type Content =
  | { readonly kind: 'none' }
  /** In the device. */
  | { readonly kind: 'chunk'; readonly offset: number }
  /** Right after the inode. */
  | { readonly kind: 'inline'; readonly bytes: Buffer }
  /** In blocks of the image. */
  | { readonly kind: 'blocks' };

interface Inode {
  readonly entry: FileEntry;
  readonly xattrs: Buffer;
  readonly content: Content;
  readonly serial: number;
  links: number;
  /** Bytes from the superblock on. */
  offset: number;
  /** Of a directory: all its names. */
  readonly names: { readonly name: string; readonly inode: Inode }[];
}

/**
 * Whether the layer fits an image: its contents are at whole blocks of the tar, within reach of block addresses.
 *
 * @param deviceSize bytes of `layer.tar`
 */
export function fitsImage(index: LayerIndex, deviceSize: number): boolean {
  if (index.tarSize === undefined || deviceSize > MAX_DEVICE_SIZE) return false;
  return index.entries.every(
    (entry) =>
      entry.kind === 'whiteout' ||
      entry.type !== 'file' ||
      (entry.tarOffset !== undefined && entry.tarOffset % BLOCK === 0),
  );
}

/**
 * Makes the image of a layer for which `fitsImage` holds. Yields where it may be interrupted.
 *
 * @param deviceSize bytes of `layer.tar`
 */
export function* encodeImage(index: LayerIndex, deviceSize: number): Generator<void, Buffer> {
  const inodes = yield* new InodeTable().collect(index.entries);
  const metadataSize = assignOffsets(inodes);
  const metadata = Buffer.alloc(metadataSize - FIRST_INODE);
  const parts: Buffer[] = [metadata];
  let nextBlock = (SUPERBLOCK_OFFSET + metadataSize) / BLOCK;
  for (const inode of inodes) {
    const blocks = inode.content.kind === 'blocks' ? contentBlocks(inode) : undefined;
    write(metadata, inode, { firstBlock: nextBlock, size: blocks?.size ?? 0 });
    if (blocks !== undefined) {
      parts.push(blocks.bytes);
      nextBlock += blocks.bytes.length / BLOCK;
    }
    yield;
  }
  const header = encodeSuperblock({ inodes: inodes.length, blocks: nextBlock, deviceSize });
  return Buffer.concat([header, ...parts]);
}

/** Only root mounts such images. */
const OPAQUE = opaqueXattr('trusted');

/** Turns entries, in the order of a walk, into inodes; the root's is the first. */
class InodeTable {
  readonly #inodes: Inode[] = [];
  readonly #directories = new Map<BytePath, Inode>();
  readonly #groups = new Map<number, Inode>();

  *collect(entries: readonly LayerEntry[]): Generator<void, readonly Inode[]> {
    const [first] = entries;
    const hasRoot = first?.kind === 'entry' && first.path === '';
    this.#addDirectory(hasRoot ? first : impliedDirectory(''));
    for (const entry of entries) {
      if (entry.path === '') continue;
      if (entry.kind === 'whiteout') this.#name(entry.path, this.#add(whiteoutEntry(entry.path)));
      else if (entry.type === 'directory') this.#addDirectory(entry);
      else this.#name(entry.path, this.#plain(entry));
      yield;
    }
    return this.#inodes;
  }

  #plain(entry: LayerFile): Inode {
    const { linkGroup } = entry;
    const linked = linkGroup === undefined ? undefined : this.#groups.get(linkGroup);
    if (linked !== undefined) {
      linked.links++;
      return linked;
    }
    const inode = this.#add(entry);
    if (linkGroup !== undefined) this.#groups.set(linkGroup, inode);
    return inode;
  }

  #addDirectory(entry: FileEntry & Pick<LayerFile, 'opaque'>): Inode {
    const xattrs = entry.opaque === true ? { ...entry.xattrs, [OPAQUE]: 'y' } : entry.xattrs;
    const inode = this.#add({ ...entry, xattrs });
    const parent = entry.path === '' ? inode : this.#name(entry.path, inode);
    inode.names.push({ name: '.', inode }, { name: '..', inode: parent });
    inode.links++;
    if (parent !== inode) parent.links++;
    this.#directories.set(entry.path, inode);
    return inode;
  }

  /** Puts the name into its directory, made if the layer has no entry for it. */
  #name(path: BytePath, inode: Inode): Inode {
    const parentOf = parentPath(path);
    const parent =
      this.#directories.get(parentOf) ?? this.#addDirectory(impliedDirectory(parentOf));
    parent.names.push({ name: baseName(path), inode });
    return parent;
  }

  #add(entry: FileEntry & Pick<LayerFile, 'tarOffset'>): Inode {
    const xattrs = encodeXattrs(entry.xattrs);
    const inode: Inode = {
      entry,
      xattrs,
      content: contentOf(entry, xattrs.length),
      serial: this.#inodes.length + 1,
      links: 1,
      offset: 0,
      names: [],
    };
    this.#inodes.push(inode);
    return inode;
  }
}

function contentOf(entry: FileEntry & Pick<LayerFile, 'tarOffset'>, xattrSize: number): Content {
  switch (entry.type) {
    case 'file':
      if (entry.size === 0) return { kind: 'none' };
      if (entry.tarOffset === undefined) throw new Error(`no content in the tar: ${entry.path}`);
      return { kind: 'chunk', offset: entry.tarOffset };
    case 'directory':
      return { kind: 'blocks' };
    case 'symlink': {
      const bytes = Buffer.from(entry.linkTarget ?? '', 'latin1');
      const isShort = INODE_SIZE + xattrSize + bytes.length <= BLOCK;
      return isShort ? { kind: 'inline', bytes } : { kind: 'blocks' };
    }
    default:
      return { kind: 'none' };
  }
}

function whiteoutEntry(path: BytePath): FileEntry {
  const nothing = { mode: 0, uid: 0, gid: 0, size: 0, mtime: 0, mtimeNs: 0 };
  return { path, type: 'char', ...nothing, devMajor: 0, devMinor: 0 };
}

/**
 * Gives each inode its offset.
 *
 * @returns where the last one ends, counted from the superblock, in whole blocks
 */
function assignOffsets(inodes: readonly Inode[]): number {
  let end = FIRST_INODE;
  for (const inode of inodes) {
    let start = roundUp(end, SLOT);
    // Neither an inode nor the inline data after it may span two blocks.
    const together =
      INODE_SIZE +
      (inode.content.kind === 'inline' ? inode.xattrs.length + inode.content.bytes.length : 0);
    if ((start % BLOCK) + together > BLOCK) start = roundUp(start, BLOCK);
    inode.offset = start;
    end = start + INODE_SIZE + inode.xattrs.length;
    if (inode.content.kind === 'inline') end += inode.content.bytes.length;
    if (inode.content.kind === 'chunk') end = roundUp(end, CHUNK_INDEX_SIZE) + CHUNK_INDEX_SIZE;
  }
  return roundUp(end, BLOCK);
}

interface ContentBlocks {
  /** Whole blocks. */
  readonly bytes: Buffer;
  /** The inode's size. */
  readonly size: number;
}

function contentBlocks({ entry, names }: Inode): ContentBlocks {
  if (entry.type === 'directory') {
    const bytes = encodeDirectory(
      names.map(({ name, inode }) => ({
        name,
        nid: inodeNumber(inode.offset),
        type: FILE_TYPES[inode.entry.type].entry,
      })),
    );
    return { bytes, size: bytes.length };
  }
  const target = Buffer.from(entry.linkTarget ?? '', 'latin1');
  const bytes = Buffer.alloc(roundUp(target.length, BLOCK));
  target.copy(bytes);
  return { bytes, size: target.length };
}

/** Writes an inode with its attributes and inline data. */
function write(
  metadata: Buffer,
  inode: Inode,
  blocks: { readonly firstBlock: number; readonly size: number },
): void {
  const { entry, content, xattrs } = inode;
  const at = inode.offset - FIRST_INODE;
  const { layout, union } = layoutOf(inode, blocks.firstBlock);
  writeInode(metadata, at, {
    layout,
    union,
    type: entry.type,
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    size: content.kind === 'blocks' ? blocks.size : sizeOf(inode),
    mtime: entry.mtime,
    mtimeNs: entry.mtimeNs,
    links: inode.links,
    serial: inode.serial,
    xattrCount: xattrCount(xattrs),
  });
  const behind = at + INODE_SIZE + xattrs.length;
  xattrs.copy(metadata, at + INODE_SIZE);
  if (content.kind === 'inline') content.bytes.copy(metadata, behind);
  if (content.kind === 'chunk') {
    writeChunkIndex(metadata, roundUp(behind, CHUNK_INDEX_SIZE), content.offset);
  }
}

function layoutOf(
  { entry, content }: Inode,
  firstBlock: number,
): { readonly layout: number; readonly union: number } {
  switch (content.kind) {
    case 'none': {
      const device = encodeDevice(entry.devMajor ?? 0, entry.devMinor ?? 0);
      return { layout: LAYOUT_PLAIN, union: device };
    }
    case 'chunk':
      return { layout: LAYOUT_CHUNKS, union: chunkFormat(entry.size) };
    case 'inline':
      return { layout: LAYOUT_INLINE, union: 0 };
    case 'blocks':
      return { layout: LAYOUT_PLAIN, union: firstBlock };
    default:
      return assertNever(content);
  }
}

function sizeOf({ entry, content }: Inode): number {
  return content.kind === 'inline' ? content.bytes.length : entry.size;
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
