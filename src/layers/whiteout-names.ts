/**
 * How a tar marks that something is gone (OCI image spec, "Whiteouts"): an empty file `.wh.<name>` hides one name,
 * `.wh..wh..opq` hides everything that lower layers have in its directory.
 */
import { AppError } from '../errors.ts';
import { type BytePath, baseName, type FileEntry, joinPath, parentPath } from '../files/index.ts';

export const WHITEOUT_PREFIX = '.wh.';
/** Names with this prefix are marks for the layer's file system, not whiteouts of a file. */
export const MARK_PREFIX = '.wh..wh.';
export const OPAQUE_NAME = '.wh..wh..opq';

export function whiteoutName(path: BytePath): BytePath {
  if (path === '') throw new Error('the root cannot be whited out');
  return joinPath(parentPath(path), WHITEOUT_PREFIX + baseName(path));
}

export function opaqueName(directory: BytePath): BytePath {
  return joinPath(directory, OPAQUE_NAME);
}

/** The empty file that represents a whiteout or an opaque directory in a tar. */
export function markEntry(path: BytePath): FileEntry {
  return { path, type: 'file', mode: 0, uid: 0, gid: 0, size: 0, mtime: 0, mtimeNs: 0 };
}

/** Whether a file of this name would be read as a whiteout in a layer. */
export function isReservedName(name: string): boolean {
  return name.startsWith(WHITEOUT_PREFIX);
}

export function reservedName(path: BytePath): AppError {
  const shown = Buffer.from(path, 'latin1').toString('utf8');
  return new AppError('LAYER_RESERVED_NAME', `a layer cannot contain a file named '${shown}'`, {
    hint: "names that start with '.wh.' mark deleted files in image layers; rename or remove the file",
  });
}
