/**
 * Extended attributes of all namespaces, of the file itself (symlinks are not followed). Names and values are bytes in
 * latin1 strings. Only attributes visible to the caller: `trusted.*` requires root.
 */
import { callNative, cString, lastError, nativeFunction, requireLinux } from './libc.ts';

/** Linux allows 64 KiB for one value and for the list of names. */
const LIMIT = 65_536;
const PATH_LIMIT = 4096;

// Shared buffers for all calls: indexing a layer makes tens of thousands of them.
let buffers: { path: Buffer; name: Buffer; names: Buffer; value: Buffer } | undefined;

/**
 * Reads all extended attributes of a file.
 * @param path latin1 bytes
 * @returns undefined if there are none, or they are unsupported
 * @throws SystemError ENOENT, EACCES, …
 */
export function listXattrs(path: string): Record<string, string> | undefined {
  if (process.platform !== 'linux') return undefined;
  buffers ??= {
    path: Buffer.alloc(PATH_LIMIT + 1),
    name: Buffer.alloc(256),
    names: Buffer.alloc(LIMIT),
    value: Buffer.alloc(LIMIT),
  };
  const llistxattr = nativeFunction('long llistxattr(void *, void *, size_t)');
  const pathBytes = terminated(buffers.path, path);
  const length = llistxattr(pathBytes, buffers.names, LIMIT);
  if (length === 0) return undefined;
  if (length < 0) {
    const error = lastError('llistxattr', path);
    if (error.code === 'ENOTSUP' || error.code === 'EOPNOTSUPP') return undefined;
    throw error;
  }
  const found: Record<string, string> = {};
  for (const name of buffers.names.toString('latin1', 0, length - 1).split('\0')) {
    const value = readValue(path, pathBytes, name, buffers);
    if (value !== undefined) found[name] = value;
  }
  return Object.keys(found).length === 0 ? undefined : found;
}

/**
 * Creates or replaces one extended attribute.
 * @param path latin1 bytes
 * @param value latin1 bytes
 * @throws SystemError EPERM, ENOTSUP, …
 */
export function setXattr(path: string, name: string, value: string): void {
  requireLinux('extended attributes');
  const lsetxattr = nativeFunction('int lsetxattr(void *, void *, void *, size_t, int)');
  const bytes = Buffer.from(value, 'latin1');
  callNative(lsetxattr, 'lsetxattr', path, cString(path), cString(name), bytes, bytes.length, 0);
}

function readValue(
  path: string,
  pathBytes: Buffer,
  name: string,
  { name: nameBuffer, value }: { name: Buffer; value: Buffer },
): string | undefined {
  const lgetxattr = nativeFunction('long lgetxattr(void *, void *, void *, size_t)');
  const length = lgetxattr(pathBytes, terminated(nameBuffer, name), value, LIMIT);
  if (length >= 0) return value.toString('latin1', 0, length);
  const error = lastError('lgetxattr', path);
  // Removed since it was listed, or listed but not readable.
  if (error.code === 'ENODATA' || error.code === 'ENOTSUP') return undefined;
  throw error;
}

/** Writes a NUL-terminated string into a shared buffer, or into a new one if it is longer. */
function terminated(buffer: Buffer, text: string): Buffer {
  if (text.length >= buffer.length || text.includes('\0')) return cString(text);
  buffer[buffer.write(text, 'latin1')] = 0;
  return buffer;
}
