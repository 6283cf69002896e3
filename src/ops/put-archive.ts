/**
 * Puts the members of an unpacked archive at the destination. The archive is hostile: names are cleaned and stay below
 * the destination, and symlinks, new or old, are followed as if the destination were the root.
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
import type { LayerDraft } from './layer-draft.ts';
import type { Owner } from './owner.ts';
import type { ArchiveMember, UnpackedArchive } from './unpack.ts';

const DIRECTORY_MODE = 0o755;
/** Implied directories have no owner of the archive: --chown is about members and the destination. */
const IMPLIED = { mode: DIRECTORY_MODE, owner: { uid: 0, gid: 0 } };

/** @throws AppError ARCHIVE_UNSAFE_MEMBER, PATH_NOT_A_DIRECTORY, SYMLINK_LOOP */
export function putArchive(
  draft: LayerDraft,
  to: { readonly destination: BytePath; readonly owner: Owner | undefined },
  archive: UnpackedArchive,
): void {
  const root = draft.resolve(to.destination);
  draft.makeDirectories(root, { mode: DIRECTORY_MODE });
  const inside: Lookup = { lookup: (path) => draft.lookup(joinPath(root, path)) };
  const target = new ArchiveTarget(draft, inside, root);
  for (const member of archive.members) target.put(member, to.owner);
}

class ArchiveTarget {
  readonly #draft: LayerDraft;
  /** The destination as a tree of its own. */
  readonly #inside: Lookup;
  readonly #root: BytePath;

  constructor(draft: LayerDraft, inside: Lookup, root: BytePath) {
    this.#draft = draft;
    this.#inside = inside;
    this.#root = root;
  }

  put(member: ArchiveMember, owner: Owner | undefined): void {
    const { header, content } = member;
    const name = safeName(header.path);
    // The destination itself keeps its metadata.
    if (name === '') return;
    const directory = joinPath(this.#root, resolveInTree(this.#inside, parentPath(name)).path);
    this.#draft.makeDirectories(directory, IMPLIED);
    const path = joinPath(directory, baseName(name));
    const target = header.type === 'hardlink' ? this.#linkTarget(header) : undefined;
    if (target?.path === path) return;
    const existing = this.#draft.lookup(path);
    const merges = existing?.type === 'directory' && header.type === 'directory';
    if (existing !== undefined && !merges) this.#draft.remove(path);
    if (target !== undefined) this.#draft.link(path, target);
    else {
      this.#draft.put({
        entry: entryOf(header, path, owner),
        content: content === undefined ? undefined : { kind: 'range', range: content },
      });
    }
  }

  /** @throws AppError ARCHIVE_UNSAFE_MEMBER when there is no such file below the destination */
  #linkTarget(header: TarHeader): FileEntry {
    const name = safeName(header.linkTarget ?? '');
    const { path } = resolveInTree(this.#inside, name, { followLast: false });
    const target = this.#draft.lookup(joinPath(this.#root, path));
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

/** A member's name as a clean path below the destination; `..` does not leave it. */
function safeName(name: string): BytePath {
  if (name.includes('\0')) throw unsafe(name, 'its name contains a NUL byte');
  return cleanPath(name);
}

function unsafe(name: string, reason: string): AppError {
  return new AppError('ARCHIVE_UNSAFE_MEMBER', `cannot unpack '${toText(name)}': ${reason}`, {
    hint: 'the archive is damaged or hostile; ADD --unpack=false copies it as it is',
  });
}
