/**
 * Files and directories that are put into a root file system for one process and taken away after it: where nothing can
 * be mounted, they stand for mounts. The process may have moved, linked or replaced anything by then; no path is followed
 * through a link that it made, and nothing that was put there stays.
 */
import { type BigIntStats, lstatSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { AppError } from '../../errors.ts';
import { toText } from '../../files/index.ts';
import { DirectoryHandles, fsPath, hasErrorCode } from '../../system/index.ts';
import { copyTimes, remove } from '../copies/index.ts';

export interface Placed {
  /** Relative to the root, latin1 bytes, free of symlinks. */
  readonly path: string;
  /** Makes it at a host path where nothing is. */
  readonly make: (hostPath: string) => void | Promise<void>;
  /** Takes it from where it is now; default: removes it. */
  readonly takeBack?: ((hostPath: string) => void) | undefined;
  /** It belongs to the process as soon as it is changed, or something is made in it. */
  readonly yields?: boolean | undefined;
  /** A directory that is there serves as well. */
  readonly keepsDirectory?: boolean | undefined;
  /** It has another name elsewhere. */
  readonly isLinked?: boolean | undefined;
}

interface PlacedRecord {
  readonly placed: Placed;
  readonly made: BigIntStats;
  /** Where the image's own file is meanwhile. */
  readonly aside: string | undefined;
}

export class Placements {
  readonly #root: string;
  readonly #aside: string;
  readonly #records: PlacedRecord[] = [];
  /** Files that are back: moving them has changed their times of change, and nothing else. */
  readonly #restored = new Set<bigint>();

  /** @param aside an absent directory on the same file system, for files of the image */
  constructor(root: string, aside: string) {
    this.#root = root;
    this.#aside = aside;
    mkdirSync(fsPath(aside));
  }

  get restored(): ReadonlySet<bigint> {
    return this.#restored;
  }

  /** @throws AppError RUNTIME_MOUNT_TARGET for a path through a link or a file; what `make` throws */
  async place(placed: Placed): Promise<void> {
    using handles = openRoot(this.#root);
    try {
      this.#makeParents(handles, placed.path);
      await this.#placeIn(handles, placed);
    } catch (error) {
      if (!hasErrorCode(error, 'ENOTDIR', 'ELOOP')) throw error;
      throw new AppError(
        'RUNTIME_MOUNT_TARGET',
        `cannot mount at '/${toText(placed.path)}': a symbolic link or a file is in the path`,
        { hint: 'mount it at the target of the link', cause: error },
      );
    }
  }

  /** Takes everything away, the last first. */
  undo(): void {
    using handles = openRoot(this.#root);
    const lost: PlacedRecord[] = [];
    for (const record of this.#records.splice(0).reverse()) {
      if (!this.#undo(handles, record)) lost.push(record);
    }
    if (lost.length > 0) this.#seek(this.#root, lost);
  }

  async #placeIn(handles: DirectoryHandles, placed: Placed): Promise<void> {
    const { path } = placed;
    const parent = lstat(`${handles.directory(parentOf(path))}/.`);
    const before = lstatOrNone(handles.entry(path));
    if (placed.keepsDirectory === true && before?.isDirectory() === true) return;
    let aside: string | undefined;
    if (before !== undefined) {
      aside = `${this.#aside}/${this.#records.length}`;
      renameSync(fsPath(handles.entry(path)), fsPath(aside));
    }
    await placed.make(handles.entry(path));
    this.#records.push({ placed, made: lstat(handles.entry(path)), aside });
    if (parent !== undefined) copyTimes(`${handles.directory(parentOf(path))}/.`, parent);
  }

  /** Inside other things that were placed. */
  #makeParents(handles: DirectoryHandles, path: string): void {
    const parent = parentOf(path);
    if (parent === '' || lstatOrNone(handles.entry(parent)) !== undefined) return;
    this.#makeParents(handles, parent);
    mkdirSync(fsPath(handles.entry(parent)), 0o755);
  }

  /** @returns false if it is somewhere else now, or has other names too */
  #undo(handles: DirectoryHandles, { placed, made, aside }: PlacedRecord): boolean {
    const { path, takeBack, yields } = placed;
    const directory = attempt(() => `${handles.directory(parentOf(path))}/.`);
    const parent = directory === undefined ? undefined : lstatOrNone(directory);
    if (directory === undefined || parent === undefined) return yields === true;
    const entry = handles.entry(path);
    const now = lstatOrNone(entry);
    const isOurs = now?.ino === made.ino && now.dev === made.dev;
    if (yields === true && (!isOurs || !isUntouched(entry, now, made))) return true;
    const isElsewhere = !isOurs || (!now.isDirectory() && now.nlink > made.nlink);
    if (isOurs && takeBack !== undefined) takeBack(entry);
    else remove(entry);
    if (aside !== undefined) {
      this.#restored.add(lstat(aside).ino);
      renameSync(fsPath(aside), fsPath(entry));
    }
    copyTimes(directory, parent);
    return !isElsewhere;
  }

  /** The rare case: the process has moved or linked something that is not its own. */
  #seek(directory: string, lost: readonly PlacedRecord[]): void {
    for (const name of readdirSync(fsPath(directory), { encoding: 'latin1' })) {
      const path = `${directory}/${name}`;
      const stat = lstat(path);
      const found = lost.find(({ made }) => made.ino === stat.ino && made.dev === stat.dev);
      if (found === undefined) {
        if (stat.isDirectory()) this.#seek(path, lost);
      } else if (found.placed.takeBack !== undefined) found.placed.takeBack(path);
      else remove(path);
    }
  }
}

/** A directory in which nothing is; a file that nobody has written. */
function isUntouched(path: string, now: BigIntStats, made: BigIntStats): boolean {
  const isSame = now.mode === made.mode && now.uid === made.uid && now.gid === made.gid;
  if (!made.isDirectory()) return now.ctimeNs === made.ctimeNs;
  return isSame && readdirSync(fsPath(path)).length === 0;
}

function openRoot(root: string): DirectoryHandles {
  return DirectoryHandles.open(root, (path) => path);
}

function lstat(path: string): BigIntStats {
  return lstatSync(fsPath(path), { bigint: true });
}

function lstatOrNone(path: string): BigIntStats | undefined {
  return lstatSync(fsPath(path), { bigint: true, throwIfNoEntry: false });
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw error;
  }
}
