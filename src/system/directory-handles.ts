/**
 * Paths below one directory that never lead outside, even while other processes replace directories with symlinks.
 *
 * Each directory is opened once, from its parent, without following links. Its entries are then named by that
 * descriptor, so the kernel has no link to follow. Systems without `/proc` use plain paths.
 */
import { closeSync, constants, existsSync, openSync, readlinkSync } from 'node:fs';
import { type FileAt, openAt } from './at-calls.ts';
import { fsPath } from './fs-path.ts';
import { hasErrorCode } from './system-error.ts';

/** A descriptor that only names a file: needs no permission to read. */
const O_PATH = 0o10_000_000;
const ONLY_NAMED = O_PATH | (constants.O_DIRECTORY ?? 0);
const ONLY_REAL = ONLY_NAMED | (constants.O_NOFOLLOW ?? 0);

/** Directories kept open for one tree. */
const MOST_HELD = 64;
/** Limit for one walk, so that it never closes the directory of the previous call. */
const MOST_OF_A_WALK = MOST_HELD / 2;

/** Owns up to 64 descriptors until it is disposed of. */
export class DirectoryHandles implements Disposable {
  /** Real host path, latin1 bytes. */
  readonly hostPath: string;
  /** Undefined if descriptors cannot be used as paths. */
  readonly #root: number | undefined;
  /** By path; the most recently used comes last. */
  readonly #held = new Map<string, number>();
  #last = { path: '', prefix: '' };
  #isOpen = true;

  private constructor(hostPath: string, root: number | undefined) {
    this.hostPath = hostPath;
    this.#root = root;
    this.#last = { path: '', prefix: this.#prefix('') };
  }

  /**
   * Opens the directory; follows symlinks in its path.
   * @param directory latin1 bytes
   * @param realPath resolves the path if descriptors cannot be used
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
   * A path of a directory below the root, or of the root (`''`), valid for the next two system calls.
   * @param path latin1 bytes: relative, clean, without `..`
   * @throws errors of `node:fs`: ENOTDIR if a part of it is a symlink or a file, ENOENT, EACCES, …
   */
  directory(path: string): string {
    return this.#root === undefined ? this.#plain(path) : this.#prefix(path).slice(0, -1);
  }

  /**
   * A path of the entry at `path`, valid for the next two system calls. Its last part is unresolved: the call must not
   * follow links (`lstat`, `O_NOFOLLOW`, `O_EXCL`).
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

  /**
   * The entry at `path` by the descriptor of its directory, valid for the next two system calls.
   * @param path as for `entry`
   * @returns undefined if descriptors cannot be used
   * @throws as `directory`
   */
  locate(path: string): FileAt | undefined {
    if (this.#root === undefined) return undefined;
    const slash = path.lastIndexOf('/');
    const directory = this.#descriptor(slash < 0 ? '' : path.slice(0, slash));
    return { directory, name: path.slice(slash + 1) };
  }

  /**
   * Opens the entry at `path`.
   * @param path as for `entry`
   * @param flags with O_NOFOLLOW
   * @returns a descriptor, which the caller must close
   * @throws errors of `node:fs`
   */
  open(path: string, flags: number): number {
    const file = this.locate(path);
    return (file && openAt(file, flags)) ?? openSync(fsPath(this.entry(path)), flags);
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
    // The numbers may belong to other files by now.
    if (!this.#isOpen) throw new Error('directory handles are used after they were closed');
    if (this.#root === undefined || path === '') return this.#root ?? -1;
    const known = this.#held.get(path);
    if (known === undefined) return this.#walk(path, this.#root);
    this.#held.delete(path);
    this.#held.set(path, known);
    return known;
  }

  /** Opens directories from the nearest open one on. */
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
