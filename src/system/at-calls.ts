/**
 * Calls that name a file by an open directory and a name in it, which Node.js lacks. The way through `/proc/self/fd`
 * takes the kernel twice as long. Each of them may decline: the caller then takes that way, which also gives the error.
 */
import { isNativeLoaded, lastError, nativeFunction } from './libc.ts';

export interface FileAt {
  /** Descriptor of the directory. */
  readonly directory: number;
  /** Latin1 bytes: a name in it, without a slash. */
  readonly name: string;
}

/** `O_CLOEXEC` on all architectures of Node.js. */
const CLOEXEC = 0o2_000_000;
const AT_SYMLINK_NOFOLLOW = 0x100;
/** The same on all architectures of Node.js; Linux 6.13. */
const LISTXATTRAT = 465;
const LONGEST_NAME = 255;

const name = Buffer.alloc(LONGEST_NAME + 1);
let listsXattrs = process.platform === 'linux';

/**
 * Opens a file. Its last component may be followed, unless the flags forbid it.
 * @returns a descriptor, which the caller must close; undefined if the file must be opened by its path
 */
export function openAt(file: FileAt, flags: number): number | undefined {
  // Loading the library takes longer than all that a small build opens.
  if (!isNativeLoaded() || !putName(file.name)) return undefined;
  const openat = nativeFunction('int openat(int, void *, int)');
  const fd = openat(file.directory, name, flags | CLOEXEC);
  return fd < 0 ? undefined : fd;
}

/** Whether a file certainly has no extended attributes that the caller can see. Does not follow symlinks. */
export function isPlainAt(file: FileAt): boolean {
  if (!listsXattrs || !putName(file.name)) return false;
  const call = nativeFunction('long syscall(long, int, void *, unsigned int, void *, size_t)');
  const size = call(LISTXATTRAT, file.directory, name, AT_SYMLINK_NOFOLLOW, null, 0);
  if (size >= 0) return size === 0;
  // An old kernel, or a filter of system calls that does not know this one.
  const { code } = lastError('listxattrat');
  if (code === 'ENOSYS' || code === 'EPERM') listsXattrs = false;
  return false;
}

function putName(text: string): boolean {
  if (text.length === 0 || text.length > LONGEST_NAME) return false;
  name[name.write(text, 'latin1')] = 0;
  return true;
}
