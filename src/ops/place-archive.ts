/**
 * Where the members of an unpacked archive go. The archive is hostile: names are clean paths below the destination,
 * and symlinks, whether from the archive or there before, are followed as if the destination were the root.
 */
import type { TarHeader } from '../archive/index.ts';
import { AppError } from '../errors.ts';
import {
  type BytePath,
  baseName,
  cleanPath,
  type FileEntry,
  joinPath,
  type Lookup,
  layerXattrs,
  parentPath,
  resolveInTree,
  toText,
} from '../files/index.ts';
import type { Canvas } from './canvas.ts';
import type { Owner } from './owner.ts';
import type { ArchiveMember, UnpackedArchive } from './unpack.ts';

const DIRECTORY_MODE = 0o755;
/** Directories that the archive only implies are nobody's: --chown is about members and the destination. */
const IMPLIED = { mode: DIRECTORY_MODE, owner: { uid: 0, gid: 0 } };

/** @throws AppError ARCHIVE_UNSAFE_MEMBER, PATH_NOT_A_DIRECTORY, SYMLINK_LOOP */
export function placeArchive(
  canvas: Canvas,
  to: { readonly destination: BytePath; readonly owner: Owner | undefined },
  archive: UnpackedArchive,
): void {
  const root = canvas.resolve(to.destination);
  canvas.makeDirectories(root, { mode: DIRECTORY_MODE });
  const inside: Lookup = { lookup: (path) => canvas.lookup(joinPath(root, path)) };
  const place = new ArchivePlace(canvas, inside, root);
  for (const member of archive.members) place.put(member, to.owner);
}

class ArchivePlace {
  readonly #canvas: Canvas;
  /** The destination as a tree of its own. */
  readonly #inside: Lookup;
  readonly #root: BytePath;

  constructor(canvas: Canvas, inside: Lookup, root: BytePath) {
    this.#canvas = canvas;
    this.#inside = inside;
    this.#root = root;
  }

  put(member: ArchiveMember, owner: Owner | undefined): void {
    const { header, content } = member;
    const name = safeName(header.path);
    // The destination itself keeps its metadata.
    if (name === '') return;
    const directory = joinPath(this.#root, resolveInTree(this.#inside, parentPath(name)).path);
    this.#canvas.makeDirectories(directory, IMPLIED);
    const path = joinPath(directory, baseName(name));
    const target = header.type === 'hardlink' ? this.#linkTarget(header) : undefined;
    if (target?.path === path) return;
    const existing = this.#canvas.lookup(path);
    const merges = existing?.type === 'directory' && header.type === 'directory';
    if (existing !== undefined && !merges) this.#canvas.remove(path);
    if (target !== undefined) this.#canvas.link(path, target);
    else {
      this.#canvas.put({
        entry: entryOf(header, path, owner),
        content: content === undefined ? undefined : { kind: 'range', range: content },
      });
    }
  }

  /** @throws AppError ARCHIVE_UNSAFE_MEMBER when there is no such file below the destination */
  #linkTarget(header: TarHeader): FileEntry {
    const name = safeName(header.linkTarget ?? '');
    const { path } = resolveInTree(this.#inside, name, { followLast: false });
    const target = this.#canvas.lookup(joinPath(this.#root, path));
    if (target !== undefined && target.type !== 'directory') return target;
    throw unsafe(header.path, `it is a hard link to '${toText(name)}', which is not a file`);
  }
}

function entryOf(header: TarHeader, path: BytePath, owner: Owner | undefined): FileEntry {
  const { type, mode, mtime, mtimeNs, devMajor, devMinor } = header;
  if (type === 'hardlink') throw new Error('hard links are put as links');
  return {
    path,
    type,
    mode: type === 'symlink' ? 0o777 : mode,
    uid: owner?.uid ?? header.uid,
    gid: owner?.gid ?? header.gid,
    size: type === 'file' ? header.size : 0,
    mtime,
    mtimeNs,
    linkTarget: type === 'symlink' ? (header.linkTarget ?? '') : undefined,
    devMajor,
    devMinor,
    xattrs: layerXattrs(header.xattrs),
  };
}

/** A member's name as a clean path below the destination, which `..` does not leave. */
function safeName(name: string): BytePath {
  if (name.includes('\0')) throw unsafe(name, 'its name contains a NUL byte');
  return cleanPath(name);
}

function unsafe(name: string, reason: string): AppError {
  return new AppError('ARCHIVE_UNSAFE_MEMBER', `cannot unpack '${toText(name)}': ${reason}`, {
    hint: 'the archive is damaged or hostile; ADD --unpack=false copies it as it is',
  });
}
