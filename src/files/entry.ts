/**
 * Files as data: metadata of one file of a layer, an archive or a build context, independent of the host file, if any.
 *
 * Paths are bytes, since names in contexts and archives need not be UTF-8. They are held as latin1 strings (one UTF-16
 * unit a byte): `Buffer.from(path, 'latin1')` is what the kernel sees. Decode only to print.
 */

/** A path as bytes in a latin1 string: relative, no leading or trailing slash, no `.`, `..` or empty part; `''` is the root. */
export type BytePath = string;

/** What kind of file it is. */
export type FileType = 'file' | 'directory' | 'symlink' | 'char' | 'block' | 'fifo' | 'socket';

/** Digest of a file's bytes, `sha512-256:<64 hex>`; internal to lamina, never in an image. */
export type ContentDigest = string & { readonly __brand: 'ContentDigest' };

/** A range of a host file with the content of one file. */
export interface ContentRange {
  /** Host path, as latin1 bytes. Open it with `openContent`. */
  readonly hostPath: string;
  readonly offset: number;
  readonly size: number;
  /** Opens the file if its path may have been replaced; returns a descriptor, which the caller closes. */
  readonly open?: (() => number) | undefined;
}

/** One file of a tree: everything but its content. */
export interface FileEntry {
  readonly path: BytePath;
  readonly type: FileType;
  /** Permission bits with setuid, setgid, sticky: 0..0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of content; 0 for everything but files. */
  readonly size: number;
  /** Modification time: whole seconds since the epoch (may be negative) and nanoseconds 0..999_999_999. */
  readonly mtime: number;
  readonly mtimeNs: number;
  /** Target of a symlink, as bytes in latin1. */
  readonly linkTarget?: string | undefined;
  /**
   * Entries of one tree with the same number are one inode (hard links). All repeat the same metadata and size. Not for
   * directories and symlinks.
   */
  readonly linkGroup?: number | undefined;
  readonly devMajor?: number | undefined;
  readonly devMinor?: number | undefined;
  /** Name → value, both latin1 bytes. Absent when there are none. */
  readonly xattrs?: Readonly<Record<string, string>> | undefined;
}

/**
 * A read-only view of a tree of files: a build context, or the layers of an image merged.
 * All methods are synchronous (the data is in memory or one system call away) and never leave the tree.
 */
export interface FileTree {
  /** Other programs may change the files at any time: metadata may be stale when the content is read. */
  readonly isLive?: boolean | undefined;
  /** The entry at exactly this path; symlinks are not followed anywhere. The root always exists. */
  lookup(path: BytePath): FileEntry | undefined;
  /** Entries of a directory, sorted by name bytes; empty if the path is no directory. */
  list(path: BytePath): readonly FileEntry[];
  /** The location of a regular file's content. Valid while the tree's owner holds its lease. */
  content(entry: FileEntry): ContentRange;
  /** The digest if it is already known without reading the file. */
  knownDigest(entry: FileEntry): ContentDigest | undefined;
  /** Records the digest after a caller has read the whole file. */
  rememberDigest(entry: FileEntry, digest: ContentDigest): void;
  /**
   * Completes an entry with metadata that is expensive to read (xattrs of a host file). Absent if the tree's entries
   * are complete.
   */
  complete?(entry: FileEntry): FileEntry;
  /**
   * A number that stays with an entry of this tree, so that a list of many need not repeat them. Absent if the tree
   * makes its entries again.
   */
  numberOf?(entry: FileEntry): number | undefined;
  /** The entry with a number of `numberOf`, as `lookup` returns it. */
  entryOf?(number: number): FileEntry;
  /** Why an existing path is hidden; undefined if it is not. Absent if the tree hides nothing. */
  hiddenBy?(path: BytePath): HiddenBy | undefined;
}

/** The line of an ignore file that hides a path. */
export interface HiddenBy {
  /** Name of the ignore file, as shown to the user. */
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  readonly pattern: string;
}

/**
 * Orders paths as a walk of the tree visits them: names within a directory by bytes, parents before children (as if `/`
 * were the smallest byte).
 */
export function comparePaths(a: BytePath, b: BytePath): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const x = a.charCodeAt(index);
    const y = b.charCodeAt(index);
    if (x === y) continue;
    if (x === 0x2f) return -1;
    if (y === 0x2f) return 1;
    return x - y;
  }
  return a.length - b.length;
}

/** As `comparePaths`, for a path that is part of a buffer. */
export function comparePathBytes(
  bytes: Uint8Array,
  { from, to }: { readonly from: number; readonly to: number },
  path: BytePath,
): number {
  const length = Math.min(to - from, path.length);
  for (let index = 0; index < length; index++) {
    const x = bytes[from + index] ?? 0;
    const y = path.charCodeAt(index);
    if (x === y) continue;
    if (x === 0x2f) return -1;
    if (y === 0x2f) return 1;
    return x - y;
  }
  return to - from - path.length;
}

/** The path of the containing directory; `''` for entries of the root and the root itself. */
export function parentPath(path: BytePath): BytePath {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** The last part of a path. */
export function baseName(path: BytePath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Joins two relative paths, either of which may be empty. */
export function joinPath(directory: BytePath, name: BytePath): BytePath {
  if (directory === '') return name;
  return name === '' ? directory : `${directory}/${name}`;
}
