/**
 * The metadata of one file in a tar archive, and limits for its parts. Names, link targets and xattr values are bytes
 * in latin1 strings (see files/entry.ts).
 */

export type TarType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'char' | 'block' | 'fifo';

export interface TarHeader {
  /**
   * The name as in the archive: may be absolute, contain `..`, start with `./`, end with `/`. Clean it before
   * unpacking.
   */
  readonly path: string;
  readonly type: TarType;
  /** Permission bits with setuid, setgid, sticky: 0..0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of content once unpacked (holes of sparse files included); 0 for all but files. */
  readonly size: number;
  /** Whole seconds since the epoch (may be negative) and nanoseconds 0..999_999_999. */
  readonly mtime: number;
  readonly mtimeNs: number;
  /** Target of a symlink, or the archive name of the file a hard link shares its inode with. */
  readonly linkTarget?: string | undefined;
  readonly devMajor?: number | undefined;
  readonly devMinor?: number | undefined;
  /** Name → value. Absent when there are none. */
  readonly xattrs?: Readonly<Record<string, string>> | undefined;
}

/** Size of a block: headers and contents are padded to multiples of it. */
export const BLOCK_SIZE = 512;

/**
 * Limit for pax headers, long names and sparse maps, which are held in memory: that of Go's archive/tar, and so of all
 * container tools.
 */
export const MAX_SPECIAL_SIZE = 1 << 20;

/** Number of zero bytes that follow `size` bytes of content, up to the next block. */
export function padding(size: number): number {
  return (BLOCK_SIZE - (size % BLOCK_SIZE)) % BLOCK_SIZE;
}

/** The two zero blocks that end an archive. Shared: do not modify. */
export const END_OF_ARCHIVE: Buffer = Buffer.alloc(2 * BLOCK_SIZE);
