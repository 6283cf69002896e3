/** A draft of the layer that COPY writes: the files put so far, over the base file system. */
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
import type { SelectedContent, SelectedFile, SelectedRoot } from './selection/index.ts';

/** A selected file, and which one it is. */
export interface SelectedSource {
  readonly file: SelectedFile;
  readonly root: SelectedRoot;
  readonly number: number;
}

/** One entry of the layer to be made. */
export interface DraftFile {
  /** With its path in the file system. */
  readonly entry: FileEntry;
  /** For regular files. */
  readonly content?: SelectedContent | undefined;
  /** Its source; undefined for implied directories and members of archives. */
  readonly from?: SelectedSource | undefined;
  /** A directory that replaces another one: lower layers do not show through. */
  readonly opaque?: boolean | undefined;
}

/** Metadata of implied directories. */
export interface MadeDirectory {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
}

export interface MakeOptions {
  /** Sets the time of the last directory, if it is made. */
  readonly like?: FileEntry | undefined;
  readonly mode?: number | undefined;
  readonly owner?: Owner | undefined;
}

export class LayerDraft implements Lookup {
  readonly #base: FileTree | undefined;
  readonly #made: MadeDirectory;
  readonly #files = new Map<BytePath, DraftFile>();
  /** Paths of the base that were removed, with everything below them. */
  readonly #removed = new Set<BytePath>();
  #nextGroup = 1;

  /** @param base undefined for the empty file system */
  constructor(base: FileTree | undefined, made: MadeDirectory) {
    this.#base = base;
    this.#made = made;
  }

  lookup(path: BytePath): FileEntry | undefined {
    const entry = this.#files.get(path)?.entry ?? this.#lookupBase(path);
    return entry === undefined && path === '' ? this.#directory('') : entry;
  }

  /** The path with all symlinks followed; missing components are taken literally. */
  resolve(path: BytePath): BytePath {
    return resolveInTree(this, path).path;
  }

  /**
   * Makes the missing directories of a resolved path.
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
    this.#set({ entry: { ...made, ...owner, mode: mode ?? made.mode, mtime, mtimeNs } });
  }

  /**
   * Puts a file; a directory is merged with an existing one, whose metadata it replaces.
   * @throws AppError COPY_DIRECTORY_OVER_FILE, COPY_FILE_OVER_DIRECTORY
   */
  put(file: DraftFile): void {
    const merged = this.merged(file);
    if (merged !== undefined) this.#set(merged);
  }

  /**
   * What `put` would put.
   * @returns undefined for a directory that exists as it is
   * @throws as `put`
   */
  merged(file: DraftFile): DraftFile | undefined {
    const { entry } = file;
    const existing = this.lookup(entry.path);
    if (entry.type === 'directory') return this.#mergedDirectory(file, existing);
    if (existing?.type === 'directory') throw fileOverDirectory(file);
    return file;
  }

  /** Removes the path, with everything below it. The caller must put something else there. */
  remove(path: BytePath): void {
    const existing = this.lookup(path);
    if (existing?.type === 'directory') {
      for (const file of this.#files.keys()) {
        if (file.startsWith(`${path}/`)) this.#files.delete(file);
      }
    }
    this.#files.delete(path);
    if (this.#lookupBase(path) !== undefined) this.#removed.add(path);
  }

  /** A group number for the names of one file. */
  newLinkGroup(): number {
    return this.#nextGroup++;
  }

  /** Adds another name of an existing file: a hard link to a file of the draft, a copy of one of the base. */
  link(path: BytePath, target: FileEntry): void {
    const file = this.#files.get(target.path);
    if (file === undefined) {
      const tree = this.#base;
      const content =
        tree && target.type === 'file' ? { kind: 'tree', tree, source: target } : undefined;
      const { linkGroup: _, ...entry } = target;
      this.put({ entry: { ...entry, path }, content: content as SelectedContent | undefined });
      return;
    }
    const linkGroup = file.entry.linkGroup ?? this.newLinkGroup();
    this.#set({ ...file, entry: { ...file.entry, linkGroup } });
    this.put({ ...file, entry: { ...file.entry, linkGroup, path } });
  }

  /** Sorted by path. */
  files(): readonly DraftFile[] {
    return [...this.#files.values()].sort((a, b) => comparePaths(a.entry.path, b.entry.path));
  }

  /** An existing directory takes the metadata of the source; one only passed through takes the mode. */
  #mergedDirectory(file: DraftFile, existing: FileEntry | undefined): DraftFile | undefined {
    const { entry } = file;
    const passingMode = file.from?.file.passingMode;
    if (existing === undefined) {
      return this.#removed.has(entry.path) ? { ...file, opaque: true } : file;
    }
    if (existing.type !== 'directory') throw directoryOverFile(toText(entry.path), entry.path);
    const merged =
      passingMode === undefined
        ? { ...entry, ...mergedXattrs(existing, entry) }
        : { ...existing, mode: passingMode };
    if (sameDirectory(existing, merged)) return undefined;
    return { ...file, entry: merged, opaque: this.#files.get(entry.path)?.opaque };
  }

  #set(file: DraftFile): void {
    this.#files.set(file.entry.path, file);
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

/** Without times: a directory whose time alone changes is unchanged. */
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

function fileOverDirectory({ entry, content }: DraftFile): AppError {
  const name = toText(content?.kind === 'tree' ? content.source.path : entry.path);
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
