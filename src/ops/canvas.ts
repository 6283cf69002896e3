/** The file system while files are put into it: what was put, over what was there. */
import { AppError } from '../errors.ts';
import {
  ancestors,
  type BytePath,
  comparePaths,
  type FileEntry,
  type FileTree,
  type Lookup,
  parentPath,
  resolveInTree,
  toText,
} from '../files/index.ts';
import type { Owner } from './owner.ts';
import type { SelectedContent, SelectedFile } from './selection/index.ts';

/** One entry of the layer that is going to be made. */
export interface PlacedFile {
  /** With its path in the file system. */
  readonly entry: FileEntry;
  /** For regular files. */
  readonly content?: SelectedContent | undefined;
  /** What it is made from; undefined for directories made on the way and members of archives. */
  readonly from?: SelectedFile | undefined;
  /** A directory in the place of another one: nothing below shows through. */
  readonly opaque?: boolean | undefined;
}

/** Metadata of directories made on the way. */
export interface MadeDirectory {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
}

export interface MakeOptions {
  /** Gives the last directory, if it is made, its time. */
  readonly like?: FileEntry | undefined;
  readonly mode?: number | undefined;
  readonly owner?: Owner | undefined;
}

export class Canvas implements Lookup {
  readonly #base: FileTree | undefined;
  readonly #made: MadeDirectory;
  readonly #placed = new Map<BytePath, PlacedFile>();
  /** Paths of the base that were taken away, with all below them. */
  readonly #removed = new Set<BytePath>();
  #nextGroup = 1;

  /** @param base undefined for the empty file system */
  constructor(base: FileTree | undefined, made: MadeDirectory) {
    this.#base = base;
    this.#made = made;
  }

  lookup(path: BytePath): FileEntry | undefined {
    const entry = this.#placed.get(path)?.entry ?? this.#lookupBase(path);
    return entry === undefined && path === '' ? this.#directory('') : entry;
  }

  /** The path with all symlinks followed; what does not exist is taken literally. */
  resolve(path: BytePath): BytePath {
    return resolveInTree(this, path).path;
  }

  /**
   * Makes what is missing of a resolved path.
   * @throws AppError PATH_NOT_A_DIRECTORY
   */
  makeDirectories(path: BytePath, options: MakeOptions = {}): void {
    const existing = this.lookup(path);
    if (existing?.type === 'directory') return;
    if (existing !== undefined) throw notADirectory(path);
    const { like, mode, owner } = options;
    this.makeDirectories(parentPath(path), { mode, owner });
    const { mtime, mtimeNs } = like ?? { mtime: this.#made.mtime, mtimeNs: 0 };
    const made = this.#directory(path);
    this.#place({ entry: { ...made, ...owner, mode: mode ?? made.mode, mtime, mtimeNs } });
  }

  /**
   * Puts a file; a directory is merged with the one that is there, whose metadata it replaces.
   * @throws AppError COPY_DIRECTORY_OVER_FILE, COPY_FILE_OVER_DIRECTORY
   */
  put(file: PlacedFile): void {
    const { entry } = file;
    const existing = this.lookup(entry.path);
    if (entry.type === 'directory') this.#putDirectory(file, existing);
    else if (existing?.type === 'directory') throw fileOverDirectory(file);
    else this.#place(file);
  }

  /** Takes away what is at the path, with all below it. Something else has to be put there. */
  remove(path: BytePath): void {
    const existing = this.lookup(path);
    if (existing?.type === 'directory') {
      for (const placed of this.#placed.keys()) {
        if (placed.startsWith(`${path}/`)) this.#placed.delete(placed);
      }
    }
    this.#placed.delete(path);
    if (this.#lookupBase(path) !== undefined) this.#removed.add(path);
  }

  /** A number for the names of one file. */
  newLinkGroup(): number {
    return this.#nextGroup++;
  }

  /** Puts a second name of a file that is there: of one that was put a hard link, of one of the base a copy. */
  link(path: BytePath, target: FileEntry): void {
    const placed = this.#placed.get(target.path);
    if (placed === undefined) {
      const tree = this.#base;
      const content =
        tree && target.type === 'file' ? { kind: 'tree', tree, origin: target } : undefined;
      const { linkGroup: _, ...entry } = target;
      this.put({ entry: { ...entry, path }, content: content as SelectedContent | undefined });
      return;
    }
    const linkGroup = placed.entry.linkGroup ?? this.newLinkGroup();
    this.#place({ ...placed, entry: { ...placed.entry, linkGroup } });
    this.put({ ...placed, entry: { ...placed.entry, linkGroup, path } });
  }

  /** Sorted by path. */
  files(): readonly PlacedFile[] {
    return [...this.#placed.values()].sort((a, b) => comparePaths(a.entry.path, b.entry.path));
  }

  /** A directory that exists takes the metadata of the source; one only passed through takes the mode. */
  #putDirectory(file: PlacedFile, existing: FileEntry | undefined): void {
    const { entry, from } = file;
    if (existing === undefined) {
      this.#place(this.#removed.has(entry.path) ? { ...file, opaque: true } : file);
      return;
    }
    if (existing.type !== 'directory') throw directoryOverFile(toText(entry.path), entry.path);
    const merged =
      from?.passingMode === undefined
        ? { ...entry, ...mergedXattrs(existing, entry) }
        : { ...existing, mode: from.passingMode };
    if (sameDirectory(existing, merged)) return;
    this.#place({ ...file, entry: merged, opaque: this.#placed.get(entry.path)?.opaque });
  }

  #place(file: PlacedFile): void {
    this.#placed.set(file.entry.path, file);
  }

  #lookupBase(path: BytePath): FileEntry | undefined {
    if (this.#base === undefined) return undefined;
    if (this.#removed.size > 0) {
      if (this.#removed.has(path) || ancestors(path).some((above) => this.#removed.has(above))) {
        return undefined;
      }
    }
    return this.#base.lookup(path);
  }

  #directory(path: BytePath): FileEntry {
    return { path, type: 'directory', size: 0, mtimeNs: 0, ...this.#made };
  }
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

/** @param source as written */
export function directoryOverFile(source: string, target: BytePath): AppError {
  return new AppError(
    'COPY_DIRECTORY_OVER_FILE',
    `cannot copy the directory '${source}' over '/${toText(target)}', which is not a directory`,
    { hint: 'choose another destination, or remove that path in an earlier step' },
  );
}

function fileOverDirectory({ entry, content }: PlacedFile): AppError {
  const name = toText(content?.kind === 'tree' ? content.origin.path : entry.path);
  return new AppError(
    'COPY_FILE_OVER_DIRECTORY',
    `cannot copy '${name}' over the directory '/${toText(entry.path)}'`,
    { hint: 'choose another destination, or remove the directory in an earlier step' },
  );
}

function notADirectory(path: BytePath): AppError {
  return new AppError(
    'PATH_NOT_A_DIRECTORY',
    `'/${toText(path)}' must be a directory, but it is a file`,
    { hint: 'choose another path, or remove the file in an earlier step' },
  );
}
