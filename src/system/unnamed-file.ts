/** Files without a name until they are complete: a killed process leaves nothing. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { AppError } from '../errors.ts';
import { callNative, cString, nativeFunction } from './libc.ts';
import { hasErrorCode } from './system-error.ts';

/** `__O_TMPFILE`, the same on all architectures of Node; combined with O_DIRECTORY. */
const TMPFILE = 0o20_000_000 | (constants.O_DIRECTORY ?? 0);
const AT_FDCWD = -100;
const AT_SYMLINK_FOLLOW = 0x400;
/** Errors of file systems and kernels without O_TMPFILE. */
const UNKNOWN = ['EOPNOTSUPP', 'ENOTSUP', 'EISDIR', 'EINVAL', 'ENOENT', 'ENOSYS'];

/**
 * Makes a file without a name on the file system of a directory.
 * @param mode before the umask applies
 * @returns undefined if unsupported, or the directory does not exist
 * @throws errors of `node:fs`
 */
export async function openUnnamed(
  directory: string,
  mode: number,
): Promise<FileHandle | undefined> {
  if (process.platform !== 'linux' || bindLink() === undefined) return undefined;
  try {
    return await open(directory, TMPFILE | constants.O_RDWR, mode);
  } catch (error) {
    if (hasErrorCode(error, ...UNKNOWN)) return undefined;
    throw error;
  }
}

/**
 * Gives a file of `openUnnamed` a name, which must not exist.
 * @throws SystemError EEXIST and others
 */
export function linkUnnamed(handle: FileHandle, path: string): void {
  const link = bindLink();
  if (link === undefined) throw new Error('there is no linkat');
  const from = cString(`/proc/self/fd/${handle.fd}`);
  const to = cString(Buffer.from(path).toString('latin1'));
  callNative(link, 'linkat', path, AT_FDCWD, from, AT_FDCWD, to, AT_SYMLINK_FOLLOW);
}

function bindLink() {
  try {
    return nativeFunction('int linkat(int, void *, int, void *, int)');
  } catch (error) {
    if (error instanceof AppError && error.code === 'SYSTEM_UNSUPPORTED') return undefined;
    throw error;
  }
}
