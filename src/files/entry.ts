/**
 * Files as data: what a layer, an archive or a build context says of one file, whatever host file (if any)
 * stands behind it.
 *
 * Paths are bytes, since names in contexts and archives need not be UTF-8. They are held as latin1 strings
 * (one UTF-16 unit a byte): `Buffer.from(path, 'latin1')` is what the kernel sees. Decode only to print.
 */

/** A path as bytes in a latin1 string: relative, no leading or trailing slash, no `.`, `..` or empty part; `''` is the root. */
export type BytePath = string;

/** What kind of file it is. */
export type FileType = 'file' | 'directory' | 'symlink' | 'char' | 'block' | 'fifo' | 'socket';

/** Digest of a file's bytes, `sha512-256:<64 hex>`; internal to lamina, never in an image. */
export type ContentDigest = string & { readonly __brand: 'ContentDigest' };

/** A stretch of a host file that holds the bytes of one file. */
export interface ContentRange {
  /** Host path, as latin1 bytes: what the file is called. To be opened by `openContent`. */
  readonly hostPath: string;
  readonly offset: number;
  readonly size: number;
  /** Opens the file where others may have put something else at its path; gives a descriptor, the caller's. */
  readonly open?: (() => number) | undefined;
}

/** One file of a tree: all that is known of it but its content. */
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
   * Entries of one tree with the same number are one inode (hard links). All of them repeat the same
   * metadata and size; only files (and devices, fifos) have one.
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
  /** Others may change the files at any moment: what is known of one may not be true when it is read. */
  readonly isLive?: boolean | undefined;
  /** The entry at exactly this path; symlinks are not followed anywhere. The root always exists. */
  lookup(path: BytePath): FileEntry | undefined;
  /** Entries directly in a directory, sorted by name bytes; empty when it is no directory. */
  list(path: BytePath): readonly FileEntry[];
  /** Where the bytes of a regular file lie. Valid while the tree's owner holds its lease. */
  content(entry: FileEntry): ContentRange;
  /** The digest if it is already known without reading the file. */
  knownDigest(entry: FileEntry): ContentDigest | undefined;
  /** Told by whoever read the whole file, so that the digest is known the next time. */
  rememberDigest(entry: FileEntry, digest: ContentDigest): void;
  /**
   * The entry with what is costly to find out (xattrs of a host file). Absent when the entries this tree hands out
   * have everything already.
   */
  complete?(entry: FileEntry): FileEntry;
  /** Why this path is not to be seen though it lies there; undefined when there is nothing. Absent when nothing is hidden. */
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
 * Orders paths as a walk of the tree meets them: names within a directory by bytes, a directory before what is
 * in it (as if `/` were the smallest byte). Parents come before children.
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
