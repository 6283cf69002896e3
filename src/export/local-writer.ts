/**
 * Writes files whose names and links are hostile into a directory that others may change at the same time.
 * Everything belongs to the caller; what could do harm there is left out: setuid and setgid bits, extended
 * attributes.
 *
 * No symlink is ever followed: not one of the image, not one in the directory, not one that replaces a directory just
 * made. Directories are held by descriptors, files in the way are removed, and new files are opened with O_EXCL.
 */
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  ftruncateSync,
  futimesSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  rmdirSync,
  type Stats,
  symlinkSync,
  unlinkSync,
  utimesSync,
} from 'node:fs';
import { writeFailure } from '../destination/index.ts';
import { AppError, assertNever, type Warning } from '../errors.ts';
import { type BytePath, type FileEntry, toText } from '../files/index.ts';
import {
  copySparse,
  type DirectoryHandles,
  fsPath,
  hasErrorCode,
  makeNode,
} from '../system/index.ts';
import { FileReader, tooShort } from './file-reader.ts';
import type { ImageFiles } from './image-files.ts';
import { lostRights, skipped } from './local-warnings.ts';

/** Bytes copied in one call. */
const PIECE = 8 << 20;
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
const SET_ID = 0o6000;

/** What has been written so far. */
export interface Written {
  /** Everything but directories. */
  files: number;
  bytes: number;
}

/** A directory being filled. */
interface Level {
  readonly directory: FileEntry | undefined;
  readonly entries: readonly FileEntry[];
  next: number;
}

/** Writes an image's files below one directory. */
export class LocalWriter implements Disposable {
  readonly written: Written = { files: 0, bytes: 0 };
  readonly #root: DirectoryHandles;
  readonly #files: ImageFiles;
  readonly #reader = new FileReader();
  readonly #devices: boolean;
  /** Hard-link group → path of its first member. */
  readonly #groups = new Map<number, BytePath>();
  readonly #skipped: Warning[] = [];
  readonly #withoutRights: BytePath[] = [];

  /** @param root owned by the caller */
  constructor(root: DirectoryHandles, files: ImageFiles, devices: boolean) {
    this.#root = root;
    this.#files = files;
    this.#devices = devices;
  }

  [Symbol.dispose](): void {
    this.#reader[Symbol.dispose]();
  }

  /** Where the result differs from the image. */
  get warnings(): readonly Warning[] {
    return [...this.#skipped, ...lostRights(this.#withoutRights)];
  }

  /** Writes everything; yields after each entry and within large files. */
  *write(): Generator<void, void> {
    // An explicit stack, since hostile images nest directories deeper than the call stack allows.
    const open: Level[] = [this.#level(undefined)];
    for (let level = open.at(-1); level !== undefined; level = open.at(-1)) {
      const entry = level.entries[level.next++];
      const target = entry ?? level.directory;
      try {
        if (entry === undefined) {
          open.pop();
          if (level.directory !== undefined) this.#finishDirectory(level.directory);
        } else if (entry.type === 'directory') {
          this.#beginDirectory(entry);
          open.push(this.#level(entry));
        } else yield* this.#entry(entry);
      } catch (error) {
        throw writeFailure(this.#shown(target?.path ?? ''), error);
      }
      yield;
    }
  }

  #level(directory: FileEntry | undefined): Level {
    return { directory, entries: this.#files.tree.list(directory?.path ?? ''), next: 0 };
  }

  #beginDirectory({ path }: FileEntry): void {
    requireClean(path);
    if (this.#statsOf(path)?.isDirectory() !== true) {
      this.#clear(path);
      mkdirSync(this.#hostPath(path), 0o700);
    }
    chmodSync(fsPath(this.#root.directory(path)), 0o700);
  }

  /** Sets mode and time last: the mode may forbid writing into the directory, and writing changes the time. */
  #finishDirectory(entry: FileEntry): void {
    const mtime = this.#files.mtime(entry);
    const path = fsPath(this.#root.directory(entry.path));
    chmodSync(path, entry.mode & ~SET_ID);
    utimesSync(path, mtime, mtime);
    if ((entry.mode & SET_ID) !== 0) this.#withoutRights.push(entry.path);
  }

  *#entry(entry: FileEntry): Generator<void, void> {
    const { path, type, linkGroup } = entry;
    requireClean(path);
    const isDevice = type === 'char' || type === 'block';
    if (type === 'socket' || (isDevice && !this.#devices)) {
      this.#skipped.push(skipped(entry));
      return;
    }
    this.#clear(path);
    // On some systems link(2) follows a symbolic link.
    const group = type === 'symlink' ? undefined : linkGroup;
    const first = group === undefined ? undefined : this.#groups.get(group);
    if (first === undefined || !this.#isLinked(first, path)) {
      yield* this.#make(entry);
      if (group !== undefined) this.#groups.set(group, path);
    }
    if (type === 'file' && (entry.mode & SET_ID) !== 0) this.#withoutRights.push(path);
    this.written.files += 1;
  }

  *#make(entry: FileEntry): Generator<void, void> {
    const mtime = this.#files.mtime(entry);
    switch (entry.type) {
      case 'file':
        yield* this.#file(entry);
        return;
      case 'symlink':
        symlinkSync(fsPath(entry.linkTarget ?? ''), this.#hostPath(entry.path));
        lutimesSync(this.#hostPath(entry.path), mtime, mtime);
        return;
      case 'char':
      case 'block':
      case 'fifo':
        makeNode(this.#root.entry(entry.path), {
          type: entry.type,
          mode: entry.mode & 0o777,
          major: entry.devMajor,
          minor: entry.devMinor,
        });
        lutimesSync(this.#hostPath(entry.path), mtime, mtime);
        return;
      case 'socket':
      case 'directory':
        throw new Error(`a ${entry.type} is not made here`);
      default:
        assertNever(entry.type);
    }
  }

  *#file(entry: FileEntry): Generator<void, void> {
    const content = this.#files.tree.content(entry);
    const { offset, size } = content;
    const from = this.#reader.open(content);
    const fd = openSync(this.#hostPath(entry.path), CREATE, 0o600);
    try {
      const copy = { from, offset, size, to: fd, toOffset: 0 };
      if (!(yield* copySparse(copy, PIECE))) throw tooShort();
      ftruncateSync(fd, size);
      const mtime = this.#files.mtime(entry);
      fchmodSync(fd, entry.mode & 0o777);
      futimesSync(fd, mtime, mtime);
    } finally {
      closeSync(fd);
    }
    this.written.bytes += size;
  }

  /** Removes what is at the path, except directories that hold something. */
  #clear(path: BytePath): void {
    const stats = this.#statsOf(path);
    if (stats === undefined) return;
    if (!stats.isDirectory()) {
      unlinkSync(this.#hostPath(path));
      return;
    }
    try {
      rmdirSync(this.#hostPath(path));
    } catch (cause) {
      throw new AppError(
        'EXPORT_CONFLICT',
        `cannot replace the directory ${this.#shown(path)} with a file`,
        { hint: 'remove it, or export into an empty directory', cause },
      );
    }
  }

  /** False when the file system allows no more links to the file: then a copy begins a new group. */
  #isLinked(first: BytePath, path: BytePath): boolean {
    try {
      linkSync(this.#hostPath(first), this.#hostPath(path));
      return true;
    } catch (error) {
      if (hasErrorCode(error, 'EMLINK')) return false;
      throw error;
    }
  }

  #statsOf(path: BytePath): Stats | undefined {
    return lstatSync(this.#hostPath(path), { throwIfNoEntry: false });
  }

  #hostPath(path: BytePath): string | Buffer {
    return fsPath(this.#root.entry(path));
  }

  #shown(path: BytePath): string {
    return toText(`${this.#root.hostPath}/${path}`);
  }
}

function requireClean(path: BytePath): void {
  const isClean = path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  if (!isClean) throw new Error(`no clean path in an image: ${JSON.stringify(path)}`);
}
