/**
 * Paths below one directory that never lead out of it, even while others exchange directories for symbolic links.
 *
 * Each directory is opened once, from the one above it and without following links. What lies in it is then named by
 * that descriptor, so that the kernel has nothing left to follow. On systems without `/proc` the paths are plain ones.
 */
import { closeSync, constants, existsSync, openSync, readlinkSync } from 'node:fs';
import { fsPath } from './fs-path.ts';
import { hasErrorCode } from './system-error.ts';

/** A file descriptor that only names a file: it needs no permission to read. */
const O_PATH = 0o10_000_000;
const ONLY_NAMED = O_PATH | (constants.O_DIRECTORY ?? 0);
const ONLY_REAL = ONLY_NAMED | (constants.O_NOFOLLOW ?? 0);

/** Directories kept open for one tree. */
const MOST_HELD = 64;
/** One walk keeps no more than this, so that it never closes the directory asked for just before. */
const MOST_OF_A_WALK = MOST_HELD / 2;

/** Owns up to 64 descriptors, and gives them back when it is disposed of. */
export class DirectoryHandles implements Disposable {
  /** Real host path, latin1 bytes. */
  readonly hostPath: string;
  /** Undefined where descriptors cannot be used as paths. */
  readonly #root: number | undefined;
  /** By path; the one used last comes last. */
  readonly #held = new Map<string, number>();
  #last = { path: '', prefix: '' };
  #isOpen = true;

  private constructor(hostPath: string, root: number | undefined) {
    this.hostPath = hostPath;
    this.#root = root;
    this.#last = { path: '', prefix: this.#prefix('') };
  }

  /**
   * Opens the directory; symbolic links on the way to it are followed.
   * @param directory latin1 bytes
   * @param realPath finds the real path where descriptors cannot be used
   * @throws errors of `node:fs`: ENOENT, ENOTDIR, EACCES, …
   */
  static open(directory: string, realPath: (path: string) => string): DirectoryHandles {
    if (process.platform !== 'linux') return new DirectoryHandles(realPath(directory), undefined);
    const root = openSync(fsPath(directory), ONLY_NAMED);
    try {
      return new DirectoryHandles(readlinkSync(`/proc/self/fd/${root}`, 'latin1'), root);
    } catch (error) {
      closeSync(root);
      if (!hasErrorCode(error, 'ENOENT') || existsSync('/proc/self/fd')) throw error;
      return new DirectoryHandles(realPath(directory), undefined);
    }
  }

  /**
   * A path that names a directory below the root, or the root (`''`), for the next system call and the one after it.
   * @param path latin1 bytes: relative, clean, without `..`
   * @throws errors of `node:fs`: ENOTDIR when a part of it is a symbolic link or a file, ENOENT, EACCES, …
   */
  directory(path: string): string {
    return this.#root === undefined ? this.#plain(path) : this.#prefix(path).slice(0, -1);
  }

  /**
   * A path that names what lies at `path`, for the next system call and the one after it. Only its last part is
   * unresolved: the call must not follow links (`lstat`, `O_NOFOLLOW`, `O_EXCL`).
   * @param path as for `directory`, not `''`
   * @throws as `directory`
   */
  entry(path: string): string {
    if (this.#root === undefined) return this.#plain(path);
    const slash = path.lastIndexOf('/');
    const parent = slash < 0 ? '' : path.slice(0, slash);
    if (parent !== this.#last.path || !this.#isOpen)
      this.#last = { path: parent, prefix: this.#prefix(parent) };
    return this.#last.prefix + path.slice(slash + 1);
  }

  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#last = { path: '', prefix: '' };
    for (const fd of this.#held.values()) closeSync(fd);
    this.#held.clear();
    if (this.#root !== undefined) closeSync(this.#root);
  }

  #plain(path: string): string {
    return path === '' ? this.hostPath : `${this.hostPath}/${path}`;
  }

  #prefix(path: string): string {
    return `/proc/self/fd/${this.#descriptor(path)}/`;
  }

  #descriptor(path: string): number {
    // The numbers may mean other files by now.
    if (!this.#isOpen) throw new Error('directory handles are used after they were closed');
    if (this.#root === undefined || path === '') return this.#root ?? -1;
    const known = this.#held.get(path);
    if (known === undefined) return this.#walk(path, this.#root);
    this.#held.delete(path);
    this.#held.set(path, known);
    return known;
  }

  /** From the nearest directory that is open. */
  #walk(path: string, root: number): number {
    const missing: string[] = [];
    let fd: number | undefined;
    for (let at = path; fd === undefined; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
      fd = at === '' ? root : this.#held.get(at);
      if (fd === undefined) missing.push(at);
    }
    let passing: number | undefined;
    for (let at = missing.pop(); at !== undefined; at = missing.pop()) {
      try {
        const name = at.slice(at.lastIndexOf('/') + 1);
        fd = openSync(fsPath(`/proc/self/fd/${fd}/${name}`), ONLY_REAL);
      } finally {
        if (passing !== undefined) closeSync(passing);
      }
      const isKept = missing.length < MOST_OF_A_WALK;
      if (isKept) this.#held.set(at, fd);
      passing = isKept ? undefined : fd;
    }
    this.#closeOldest();
    return fd;
  }

  #closeOldest(): void {
    for (const [path, fd] of this.#held) {
      if (this.#held.size <= MOST_HELD) return;
      if (path === this.#last.path) continue;
      closeSync(fd);
      this.#held.delete(path);
    }
  }
}
