/**
 * Where the selected files go. The rules of the destination are those of BuildKit: symlinks on the way and at the
 * destination itself are followed inside the file system; a file goes into a directory that exists; directories are
 * merged; nothing turns a directory into a file or the other way round.
 */
import { AppError, type Warning } from '../errors.ts';
import {
  type BytePath,
  comparePaths,
  type FileEntry,
  type FileTree,
  joinPath,
  type Lookup,
  parentPath,
  parseMode,
  resolveInTree,
  toBytes,
  toText,
} from '../files/index.ts';
import type { CopyOp } from '../graph/index.ts';
import type { Owner } from './owner.ts';
import type { SelectedFile, SelectedRoot, Selection } from './selection.ts';

export interface PlacedFile {
  /** With its path in the file system. */
  readonly entry: FileEntry;
  /** What it is made from; undefined for directories made on the way. */
  readonly from: SelectedFile | undefined;
}

export interface Placement {
  /** Sorted by path: what the layer will say. */
  readonly files: readonly PlacedFile[];
  readonly warnings: readonly Warning[];
}

export interface PlaceOptions {
  /** Of directories made on the way; undefined: 0:0. */
  readonly owner: Owner | undefined;
  /** Milliseconds since the epoch: the time of directories made on the way. */
  readonly now: number;
}

/**
 * @param base the file system copied into; undefined for an empty one
 * @throws AppError COPY_DIRECTORY_OVER_FILE, COPY_FILE_OVER_DIRECTORY, PATH_NOT_A_DIRECTORY, SYMLINK_LOOP
 */
export function placeFiles(
  op: CopyOp,
  selection: Selection,
  base: FileTree | undefined,
  options: PlaceOptions,
): Placement {
  const isLinked = op.link && op.mode === undefined;
  const canvas = new Canvas(isLinked ? undefined : base, {
    mode: madeDirectoryMode(op.mode),
    uid: options.owner?.uid ?? 0,
    gid: options.owner?.gid ?? 0,
    mtime: Math.floor(options.now / 1000),
  });
  for (const root of selection.roots) placeRoot(canvas, op.destination, root);
  return { files: canvas.files(), warnings: [] };
}

/** Directories made on the way take an octal --chmod without its special bits, or 0755. */
function madeDirectoryMode(mode: string | undefined): number {
  const spec = mode === undefined ? undefined : parseMode(mode);
  return spec?.kind === 'octal' ? spec.mode & 0o777 : 0o755;
}

function placeRoot(canvas: Canvas, destination: string, root: SelectedRoot): void {
  const target = findTarget(canvas, toBytes(destination), root);
  for (const file of root.files) {
    canvas.put({ ...file.entry, path: joinPath(target, file.entry.path) }, file);
  }
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
    canvas.makeDirectories(target, root.top);
    return target;
  }
  const inside = existing?.type === 'directory' ? joinPath(target, root.name) : target;
  canvas.makeDirectories(parentPath(inside));
  return inside;
}

interface MadeDirectory {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
}

/** The file system as it is at this point of the copy: what was put, over what was there. */
export class Canvas implements Lookup {
  readonly #base: FileTree | undefined;
  readonly #made: MadeDirectory;
  readonly #placed = new Map<BytePath, PlacedFile>();

  constructor(base: FileTree | undefined, made: MadeDirectory) {
    this.#base = base;
    this.#made = made;
  }

  lookup(path: BytePath): FileEntry | undefined {
    const entry = this.#placed.get(path)?.entry ?? this.#base?.lookup(path);
    return entry === undefined && path === '' ? this.#directory('') : entry;
  }

  /** The path with all symlinks followed; what does not exist is taken literally. */
  resolve(path: BytePath): BytePath {
    return resolveInTree(this, path).path;
  }

  /**
   * Makes what is missing of a resolved path.
   * @param like gives the last directory, if it is made, its time
   * @throws AppError PATH_NOT_A_DIRECTORY
   */
  makeDirectories(path: BytePath, like?: FileEntry | undefined): void {
    const existing = this.lookup(path);
    if (existing?.type === 'directory') return;
    if (existing !== undefined) throw notADirectory(path);
    this.makeDirectories(parentPath(path));
    const { mtime, mtimeNs } = like ?? { mtime: this.#made.mtime, mtimeNs: 0 };
    const entry = { ...this.#directory(path), mtime, mtimeNs };
    this.#placed.set(path, { entry, from: undefined });
  }

  /** @throws AppError COPY_DIRECTORY_OVER_FILE, COPY_FILE_OVER_DIRECTORY */
  put(entry: FileEntry, from: SelectedFile): void {
    const existing = this.lookup(entry.path);
    if (entry.type === 'directory') this.#putDirectory(entry, existing, from);
    else if (existing?.type === 'directory') throw fileOverDirectory(from, entry.path);
    else this.#placed.set(entry.path, { entry, from });
  }

  /** Sorted by path. */
  files(): readonly PlacedFile[] {
    return [...this.#placed.values()].sort(byPath);
  }

  /** A directory that exists takes the metadata of the source; one only passed through takes the mode. */
  #putDirectory(entry: FileEntry, existing: FileEntry | undefined, from: SelectedFile): void {
    if (existing === undefined) {
      this.#placed.set(entry.path, { entry, from });
      return;
    }
    if (existing.type !== 'directory') throw directoryOverFile(toText(entry.path), entry.path);
    const merged =
      from.passingMode === undefined
        ? { ...entry, ...mergedXattrs(existing, entry) }
        : { ...existing, mode: from.passingMode };
    if (!sameDirectory(existing, merged)) this.#placed.set(entry.path, { entry: merged, from });
  }

  #directory(path: BytePath): FileEntry {
    return { path, type: 'directory', size: 0, mtimeNs: 0, ...this.#made };
  }
}

function byPath(a: PlacedFile, b: PlacedFile): number {
  return comparePaths(a.entry.path, b.entry.path);
}

function mergedXattrs(existing: FileEntry, entry: FileEntry): Pick<FileEntry, 'xattrs'> {
  if (existing.xattrs === undefined) return {};
  return { xattrs: { ...existing.xattrs, ...entry.xattrs } };
}

/** Times aside: a directory whose time alone would change is no change. */
function sameDirectory(a: FileEntry, b: FileEntry): boolean {
  if (a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid) return false;
  const before = Object.entries(a.xattrs ?? {});
  const after = b.xattrs ?? {};
  return (
    before.length === Object.keys(after).length &&
    before.every(([name, value]) => after[name] === value)
  );
}

function directoryOverFile(source: string, target: BytePath): AppError {
  return new AppError(
    'COPY_DIRECTORY_OVER_FILE',
    `cannot copy the directory '${source}' over '/${toText(target)}', which is no directory`,
    { hint: 'choose another destination, or remove what is there in an earlier step' },
  );
}

function fileOverDirectory(from: SelectedFile, target: BytePath): AppError {
  const name = toText(from.content?.kind === 'tree' ? from.content.origin.path : target);
  return new AppError(
    'COPY_FILE_OVER_DIRECTORY',
    `cannot copy '${name}' over the directory '/${toText(target)}'`,
    { hint: 'choose another destination, or remove the directory in an earlier step' },
  );
}

function notADirectory(path: BytePath): AppError {
  return new AppError(
    'PATH_NOT_A_DIRECTORY',
    `'/${toText(path)}' has to be a directory here, but it is a file`,
    { hint: 'choose another path, or remove the file in an earlier step' },
  );
}
