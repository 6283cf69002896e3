/**
 * Writing files whose names and links are hostile. Everything belongs to the caller; what an image could do harm with
 * there is left out: setuid and setgid bits, extended attributes.
 *
 * No symlink is ever followed, neither one of the image nor one that was in the directory before: what stands in the
 * way of a directory or a file is removed, and files are made with O_EXCL.
 */
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
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
import { AppError, assertNever, type Warning } from '../errors.ts';
import type { FileEntry } from '../files/index.ts';
import { copyRange, hasErrorCode, makeNode } from '../system/index.ts';
import { writeFailure } from './destination.ts';
import { FileReader, tooShort } from './file-reader.ts';
import type { ImageFiles } from './image-files.ts';

/** Bytes copied in one call. */
const PIECE = 8 << 20;
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

/** What has been written so far. */
export interface Written {
  /** Everything but directories. */
  files: number;
  bytes: number;
}

/** Writes an image's files below one directory. */
export class LocalWriter implements Disposable {
  readonly warnings: Warning[] = [];
  readonly written: Written = { files: 0, bytes: 0 };
  /** Host path as latin1 bytes. */
  readonly #root: string;
  readonly #files: ImageFiles;
  readonly #reader = new FileReader();
  readonly #devices: boolean;
  /** Hard-link group → host path of its first member. */
  readonly #groups = new Map<number, string>();

  constructor(directory: string, files: ImageFiles, devices: boolean) {
    this.#root = Buffer.from(directory).toString('latin1');
    this.#files = files;
    this.#devices = devices;
  }

  [Symbol.dispose](): void {
    this.#reader[Symbol.dispose]();
  }

  /** Writes what is in a directory of the image; yields after each entry. */
  *directory(path: string): Generator<void, void> {
    for (const entry of this.#files.tree.list(path)) {
      const target = this.#hostPath(entry);
      try {
        if (entry.type === 'directory') yield* this.#subdirectory(entry, target);
        else yield* this.#write(entry, target);
      } catch (error) {
        throw writeFailure(shown(target), error);
      }
      yield;
    }
  }

  #hostPath({ path }: FileEntry): string {
    const isClean = path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
    if (!isClean) throw new Error(`no clean path in an image: ${JSON.stringify(path)}`);
    return `${this.#root}/${path}`;
  }

  /** Mode and time come last: the mode may forbid writing into it, and writing changes the time. */
  *#subdirectory(entry: FileEntry, target: string): Generator<void, void> {
    const path = fsPath(target);
    if (statsOf(target)?.isDirectory() === true) {
      chmodSync(path, 0o700);
    } else {
      makeRoom(target);
      mkdirSync(path, 0o700);
    }
    yield* this.directory(entry.path);
    const mtime = this.#files.mtime(entry);
    chmodSync(path, entry.mode & 0o1777);
    utimesSync(path, mtime, mtime);
  }

  *#write(entry: FileEntry, target: string): Generator<void, void> {
    const isDevice = entry.type === 'char' || entry.type === 'block';
    if (entry.type === 'socket' || (isDevice && !this.#devices)) {
      this.warnings.push(skipped(entry));
      return;
    }
    makeRoom(target);
    // On some systems link(2) follows a symbolic link.
    const group = entry.type === 'symlink' ? undefined : entry.linkGroup;
    const first = group === undefined ? undefined : this.#groups.get(group);
    if (first === undefined || !isLinked(first, target)) {
      yield* this.#make(entry, target);
      if (group !== undefined) this.#groups.set(group, target);
    }
    this.written.files += 1;
  }

  *#make(entry: FileEntry, target: string): Generator<void, void> {
    const mtime = this.#files.mtime(entry);
    switch (entry.type) {
      case 'file':
        yield* this.#file(entry, target);
        return;
      case 'symlink':
        symlinkSync(fsPath(entry.linkTarget ?? ''), fsPath(target));
        lutimesSync(fsPath(target), mtime, mtime);
        return;
      case 'char':
      case 'block':
      case 'fifo':
        makeNode(target, {
          type: entry.type,
          mode: entry.mode & 0o777,
          major: entry.devMajor,
          minor: entry.devMinor,
        });
        utimesSync(fsPath(target), mtime, mtime);
        return;
      case 'socket':
      case 'directory':
        throw new Error(`a ${entry.type} is not made here`);
      default:
        assertNever(entry.type);
    }
  }

  *#file(entry: FileEntry, target: string): Generator<void, void> {
    const { hostPath, offset, size } = this.#files.tree.content(entry);
    const from = this.#reader.open(hostPath);
    const fd = openSync(fsPath(target), CREATE, 0o600);
    try {
      for (let done = 0; done < size; done += PIECE) {
        const length = Math.min(PIECE, size - done);
        if (copyRange(from, offset + done, fd, done, length) < length) throw tooShort();
        if (size > PIECE) yield;
      }
      const mtime = this.#files.mtime(entry);
      fchmodSync(fd, entry.mode & 0o777);
      futimesSync(fd, mtime, mtime);
    } finally {
      closeSync(fd);
    }
    this.written.bytes += size;
  }
}

/** Removes what is in the way, but no directory that holds something. */
function makeRoom(target: string): void {
  const stats = statsOf(target);
  if (stats === undefined) return;
  if (!stats.isDirectory()) {
    unlinkSync(fsPath(target));
    return;
  }
  try {
    rmdirSync(fsPath(target));
  } catch (cause) {
    throw new AppError(
      'EXPORT_CONFLICT',
      `the directory ${shown(target)} is in the way of a file`,
      {
        hint: 'remove it, or export into an empty directory',
        cause,
      },
    );
  }
}

/** False when the file system allows no more links to the file: then a copy begins a new group. */
function isLinked(from: string, target: string): boolean {
  try {
    linkSync(fsPath(from), fsPath(target));
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'EMLINK')) return false;
    throw error;
  }
}

function statsOf(target: string): Stats | undefined {
  return lstatSync(fsPath(target), { throwIfNoEntry: false });
}

function skipped(entry: FileEntry): Warning {
  return {
    code: 'EXPORT_FILE_SKIPPED',
    message: `/${shown(entry.path)} was left out: it is a ${entry.type === 'socket' ? 'socket' : 'device'}`,
    hint: entry.type === 'socket' ? undefined : 'only root can make devices; or use `-o type=tar`',
  };
}

function fsPath(path: string): Buffer {
  return Buffer.from(path, 'latin1');
}

function shown(path: string): string {
  return fsPath(path).toString('utf8');
}
