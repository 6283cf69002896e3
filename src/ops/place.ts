/**
 * Where the selected files go. The rules of the destination are those of BuildKit: symlinks on the way and at the
 * destination itself are followed inside the file system; a file goes into a directory that exists; directories are
 * merged; nothing turns a directory into a file or the other way round.
 */
import {
  type BytePath,
  type FileEntry,
  type FileTree,
  joinPath,
  parentPath,
  parseMode,
  toBytes,
} from '../files/index.ts';
import type { CopyOp } from '../graph/index.ts';
import { Canvas, directoryOverFile, type PlacedFile } from './canvas.ts';
import type { Owner } from './owner.ts';
import { placeArchive } from './place-archive.ts';
import type { SelectedRoot, Selection } from './selection.ts';
import type { UnpackedArchive } from './unpack.ts';

export interface PlaceOptions {
  /** Resolved `op.owner`: of everything that is copied or made on the way; undefined: as selected, made ones 0:0. */
  readonly owner: Owner | undefined;
  /** Milliseconds since the epoch: the time of directories made on the way. */
  readonly now: number;
  /** For each root that is an archive. */
  readonly archives?: ReadonlyMap<SelectedRoot, UnpackedArchive> | undefined;
}

/**
 * @param base the file system copied into; undefined for an empty one
 * @returns sorted by path: what the layer will say
 * @throws AppError COPY_DIRECTORY_OVER_FILE, COPY_FILE_OVER_DIRECTORY, PATH_NOT_A_DIRECTORY, SYMLINK_LOOP,
 * ARCHIVE_UNSAFE_MEMBER
 */
export function placeFiles(
  op: CopyOp,
  selection: Selection,
  base: FileTree | undefined,
  options: PlaceOptions,
): readonly PlacedFile[] {
  const { owner, archives } = options;
  const canvas = new Canvas(isLinked(op) ? undefined : base, {
    mode: madeDirectoryMode(op.mode),
    uid: owner?.uid ?? 0,
    gid: owner?.gid ?? 0,
    mtime: Math.floor(options.now / 1000),
  });
  const destination = toBytes(op.destination);
  for (const root of selection.roots) {
    const archive = archives?.get(root);
    if (archive !== undefined) placeArchive(canvas, { destination, owner }, archive);
    else placeRoot(canvas, { destination, owner }, root);
  }
  return canvas.files();
}

/** Whether a copy does not look at what it is put on. BuildKit copies without --link when there is a --chmod. */
export function isLinked(op: CopyOp): boolean {
  return op.link && op.mode === undefined;
}

export interface Destination {
  readonly destination: BytePath;
  readonly owner: Owner | undefined;
}

/** Directories made on the way take an octal --chmod without its special bits, or 0755. */
function madeDirectoryMode(mode: string | undefined): number {
  const spec = mode === undefined ? undefined : parseMode(mode);
  return spec?.kind === 'octal' ? spec.mode & 0o777 : 0o755;
}

function placeRoot(canvas: Canvas, { destination, owner }: Destination, root: SelectedRoot): void {
  const target = findTarget(canvas, destination, root);
  for (const from of root.files) {
    const path = joinPath(target, from.entry.path);
    canvas.put({ entry: owned(from.entry, path, owner), content: from.content, from });
  }
}

function owned(entry: FileEntry, path: BytePath, owner: Owner | undefined): FileEntry {
  if (owner !== undefined) return { ...entry, path, uid: owner.uid, gid: owner.gid };
  return path === entry.path ? entry : { ...entry, path };
}

/** The path a file is put at, or the directory whose contents are merged; directories on the way are made. */
function findTarget(canvas: Canvas, destination: BytePath, root: SelectedRoot): BytePath {
  const meansDirectory = /(?:^|\/)\.?$/.test(destination);
  if (meansDirectory) canvas.makeDirectories(canvas.resolve(destination));
  const target = canvas.resolve(destination);
  const existing = canvas.lookup(target);
  if (root.kind === 'directory') {
    if (existing !== undefined && existing.type !== 'directory') {
      throw directoryOverFile(root.source, target);
    }
    canvas.makeDirectories(target, { like: root.top });
    return target;
  }
  const inside = existing?.type === 'directory' ? joinPath(target, root.name) : target;
  canvas.makeDirectories(parentPath(inside));
  return inside;
}
