/**
 * Numbers of the EROFS on-disk format, as the kernel's documentation gives them. All integers are little-endian.
 *
 *     0      unused
 *     1024   superblock
 *     1152   one slot of the device table
 *     1280   inodes, the root's first; each at a multiple of 32 bytes, which is its number
 *     …      blocks with the contents of directories and of long symlinks
 *
 * Contents of files are not in the image: each file is one chunk at a block of the device.
 */
import type { FileType } from '../../files/index.ts';

/** The smallest block size of EROFS, and that of a tar. */
export const BLOCK = 512;
const BLOCK_BITS = 9;
export const SUPERBLOCK_OFFSET = 1024;
const DEVICE_SLOT_SIZE = 128;
/** Inodes begin at multiples of it, which are their numbers. */
export const SLOT = 32;

const MAGIC = 0xe0f5_e1e2;
/** Extended inodes hold modification times, not change times. */
const COMPATIBLE_MTIME = 0x2;
const INCOMPATIBLE_CHUNKED_FILE = 0x4;
const INCOMPATIBLE_DEVICE_TABLE = 0x8;

export const LAYOUT_PLAIN = 0;
export const LAYOUT_INLINE = 2;
export const LAYOUT_CHUNKS = 4;
export const INODE_SIZE = 64;
export const CHUNK_INDEX_SIZE = 8;
const EXTENDED_INODE = 1;
const CHUNK_FORMAT_INDEXES = 0x20;
/** The number of the extra device. */
const DEVICE = 1;
/** A block address that means "none". */
const NO_BLOCK = 0xffff_ffff;

/** Offset of the first inode, counted from the superblock. */
export const FIRST_INODE = 128 + DEVICE_SLOT_SIZE;

interface TypeCodes {
  /** In an inode's mode. */
  readonly mode: number;
  /** In a directory's entry. */
  readonly entry: number;
}

export const FILE_TYPES: Readonly<Record<FileType, TypeCodes>> = {
  file: { mode: 0o100000, entry: 1 },
  directory: { mode: 0o040000, entry: 2 },
  char: { mode: 0o020000, entry: 3 },
  block: { mode: 0o060000, entry: 4 },
  fifo: { mode: 0o010000, entry: 5 },
  socket: { mode: 0o140000, entry: 6 },
  symlink: { mode: 0o120000, entry: 7 },
};

/** @param offset in bytes, counted from the superblock, where block addresses of inodes begin */
export function inodeNumber(offset: number): number {
  return offset / SLOT;
}

export interface SuperblockFields {
  readonly inodes: number;
  /** Of the image. */
  readonly blocks: number;
  /** Bytes of the device. */
  readonly deviceSize: number;
}

/** The first bytes of the image, up to the first inode. No identifier and no time: the same layer, the same bytes. */
export function encodeSuperblock({ inodes, blocks, deviceSize }: SuperblockFields): Buffer {
  const bytes = Buffer.alloc(SUPERBLOCK_OFFSET + FIRST_INODE);
  const at = SUPERBLOCK_OFFSET;
  bytes.writeUInt32LE(MAGIC, at);
  bytes.writeUInt32LE(COMPATIBLE_MTIME, at + 0x08);
  bytes.writeUInt8(BLOCK_BITS, at + 0x0c);
  bytes.writeUInt16LE(inodeNumber(FIRST_INODE), at + 0x0e);
  bytes.writeUInt32LE(inodes, at + 0x10);
  bytes.writeUInt32LE(blocks, at + 0x24);
  bytes.writeUInt32LE(SUPERBLOCK_OFFSET / BLOCK, at + 0x28);
  bytes.writeUInt32LE(INCOMPATIBLE_CHUNKED_FILE | INCOMPATIBLE_DEVICE_TABLE, at + 0x50);
  bytes.writeUInt16LE(1, at + 0x56);
  bytes.writeUInt16LE((SUPERBLOCK_OFFSET + 128) / DEVICE_SLOT_SIZE, at + 0x58);
  bytes.writeUInt32LE(Math.ceil(deviceSize / BLOCK), at + 128 + 64);
  return bytes;
}

export interface InodeFields {
  readonly layout: number;
  readonly type: FileType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly mtimeNs: number;
  readonly links: number;
  /** Number for 32-bit programs. */
  readonly serial: number;
  readonly xattrCount: number;
  /** Block address, device number or chunk format, depending on the layout. */
  readonly union: number;
}

/** Writes an inode of the long form. */
export function writeInode(into: Buffer, at: number, fields: InodeFields): void {
  into.writeUInt16LE(EXTENDED_INODE | (fields.layout << 1), at);
  into.writeUInt16LE(fields.xattrCount, at + 0x02);
  into.writeUInt16LE(FILE_TYPES[fields.type].mode | fields.mode, at + 0x04);
  writeInt64(into, fields.size, at + 0x08);
  into.writeUInt32LE(fields.union, at + 0x10);
  into.writeUInt32LE(fields.serial, at + 0x14);
  into.writeUInt32LE(fields.uid, at + 0x18);
  into.writeUInt32LE(fields.gid, at + 0x1c);
  writeInt64(into, fields.mtime, at + 0x20);
  into.writeUInt32LE(fields.mtimeNs, at + 0x28);
  into.writeUInt32LE(fields.links, at + 0x2c);
}

/** The chunk format of a file: the power of two of blocks that holds it. */
export function chunkFormat(size: number): number {
  let bits = 0;
  while (BLOCK * 2 ** bits < size) bits++;
  return CHUNK_FORMAT_INDEXES | bits;
}

/** @param offset of the content in the device: a multiple of BLOCK */
export function writeChunkIndex(into: Buffer, at: number, offset: number): void {
  into.writeUInt16LE(DEVICE, at + 2);
  into.writeUInt32LE(offset / BLOCK, at + 4);
}

/** The last valid address; the next one has a special meaning. */
export const MAX_DEVICE_SIZE = (NO_BLOCK - 1) * BLOCK;

/** The kernel's 32-bit form of a device number. */
export function encodeDevice(major: number, minor: number): number {
  return ((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

function writeInt64(into: Buffer, value: number, at: number): void {
  into.writeUInt32LE(value >>> 0, at);
  into.writeInt32LE(Math.floor(value / 2 ** 32), at + 4);
}
